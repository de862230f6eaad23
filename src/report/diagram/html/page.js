"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const stage = at("stage"), about = at("about"), answer = at("answer"), found = at("found"), search = at("search");
  const view = { x: 0, y: 0, k: 1 };
  let svg = null, boxes = [], byKey = new Map(), hits = [], hit = -1, from = null, to = null, shown = null;

  // Which picture is shown.
  const show = (level) => {
    stage.replaceChildren(document.importNode(at("level-" + level).content, true));
    svg = stage.querySelector("svg");
    boxes = [...svg.querySelectorAll("g[data-key]:not(.wire)")];
    byKey = new Map();
    for (const it of svg.querySelectorAll("g[data-key]")) {
      const known = byKey.get(it.dataset.key);
      if (known) known.push(it); else byKey.set(it.dataset.key, [it]);
      if (it.dataset.ask) { it.setAttribute("tabindex", "0"); it.setAttribute("role", "button"); }
    }
    hits = []; hit = -1; found.textContent = "";
    forget();
    fit();
  };

  // Moving.
  const move = () => { svg.style.transform = `translate(${view.x}px,${view.y}px) scale(${view.k})`; };
  const fit = () => {
    const width = svg.width.baseVal.value, height = svg.height.baseVal.value;
    view.k = Math.min(1.5, stage.clientWidth / width, stage.clientHeight / height);
    view.x = (stage.clientWidth - width * view.k) / 2;
    view.y = Math.max(0, (stage.clientHeight - height * view.k) / 2);
    move();
  };
  const zoom = (factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) => {
    const k = Math.min(8, Math.max(0.02, view.k * factor));
    view.x = x - (x - view.x) * k / view.k;
    view.y = y - (y - view.y) * k / view.k;
    view.k = k;
    move();
  };
  const center = (box) => {
    const place = box.querySelector(":scope>rect").getBBox();
    view.k = Math.max(view.k, 0.9);
    view.x = stage.clientWidth / 2 - (place.x + place.width / 2) * view.k;
    view.y = stage.clientHeight / 2 - (place.y + Math.min(place.height, stage.clientHeight / view.k) / 2) * view.k;
    move();
  };
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const area = stage.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 400), event.clientX - area.left, event.clientY - area.top);
  }, { passive: false });
  let grip = null, moved = false;
  stage.addEventListener("pointerdown", (event) => {
    grip = { x: event.clientX - view.x, y: event.clientY - view.y, startX: event.clientX, startY: event.clientY };
    moved = false;
  });
  window.addEventListener("pointermove", (event) => {
    if (!grip) return;
    if (Math.hypot(event.clientX - grip.startX, event.clientY - grip.startY) > 4) { moved = true; stage.classList.add("moving"); }
    if (moved) { view.x = event.clientX - grip.x; view.y = event.clientY - grip.y; move(); }
  });
  window.addEventListener("pointerup", () => { grip = null; stage.classList.remove("moving"); });

  // What a box says.
  const words = (box) => [...box.querySelectorAll(":scope>text")].map((it) => it.textContent);
  const title = (box) => box.querySelector(":scope>title")?.textContent ?? "";
  const tell = (box) => {
    about.querySelector("h2").textContent = words(box)[0] ?? box.dataset.key;
    about.querySelector("pre").textContent = [...words(box).slice(1), "", title(box)].join("\n").trim();
    const inner = box.querySelector(":scope>g[data-key]");
    at("fold").hidden = !inner;
    at("fold").textContent = box.classList.contains("collapsed") ? "expand" : "collapse";
    shown = box;
  };
  const fold = (box, closed) => {
    if (box && box.querySelector(":scope>g[data-key]")) box.classList.toggle("collapsed", closed);
  };
  const foldAll = (closed) => { for (const it of svg.querySelectorAll("g.vpc")) fold(it, closed); };

  // Ways.
  const forget = () => {
    svg.classList.remove("path");
    for (const it of svg.querySelectorAll(".lit,.around,.stop,.chosen")) it.classList.remove("lit", "around", "stop", "chosen");
    from = to = null;
    at("from").textContent = at("to").textContent = "choose a host";
    at("verdict").textContent = "";
    answer.textContent = "";
  };
  const light = (keys, kind) => {
    for (const key of keys) {
      for (const it of byKey.get(key) ?? []) {
        it.classList.add(kind);
        for (let up = it.parentElement; up && up !== svg; up = up.parentElement) {
          up.classList.add("around");
          up.classList.remove("collapsed");
        }
      }
    }
  };
  const choose = (box) => {
    if (from && to) forget();
    box.classList.add("chosen");
    if (!from) { from = box; at("from").textContent = words(box)[0]; return; }
    to = box;
    at("to").textContent = words(box)[0];
    const way = data.answers[data.ends.indexOf(from.dataset.ask) + "," + data.ends.indexOf(to.dataset.ask)];
    at("verdict").textContent = way ? data.verdicts[way[0]] : "not worked out in this file";
    at("verdict").className = way && data.verdicts[way[0]] === "reachable" ? "" : "bad";
    svg.classList.add("path");
    light([from.dataset.key, to.dataset.key], "lit");
    if (!way) { answer.textContent = `ask for it:\n\nnetpath query ${from.dataset.ask} ${to.dataset.ask}`; return; }
    light(way[1].map((it) => data.keys[it]), "lit");
    light(way[2].map((it) => data.keys[it]), "stop");
    const many = [from, to].filter((it) => it.dataset.ask !== it.dataset.key && it.dataset.ask !== "internet");
    const note = many.map((it) => `asked about ${it.dataset.ask}, one of ${words(it)[0]}\n`).join("");
    answer.textContent = note + way[3].map((it) => data.lines[it]).join("\n");
  };
  const pick = (box) => {
    tell(box);
    if (box.dataset.ask) choose(box);
  };
  stage.addEventListener("click", (event) => {
    const box = event.target.closest("g[data-key]");
    if (!moved && box) pick(box);
  });
  stage.addEventListener("dblclick", (event) => {
    const box = event.target.closest("g[data-key]");
    if (box) { fold(box, !box.classList.contains("collapsed")); tell(box); }
  });
  stage.addEventListener("mouseover", (event) => {
    const box = event.target.closest("g[data-key]");
    if (box && !(from && to)) tell(box);
  });

  // Searching.
  const look = () => {
    for (const it of hits) it.classList.remove("hit");
    const text = search.value.trim().toLowerCase();
    hits = !text ? [] : boxes.filter((it) => [it.dataset.key, ...words(it), title(it)].join("\n").toLowerCase().includes(text));
    for (const it of hits) it.classList.add("hit");
    hit = -1;
    found.textContent = text ? `${hits.length} found` : "";
    if (hits.length) next(1);
  };
  const next = (step) => {
    if (!hits.length) return;
    hit = (hit + step + hits.length) % hits.length;
    found.textContent = `${hit + 1} of ${hits.length}`;
    for (let up = hits[hit].parentElement; up && up !== svg; up = up.parentElement) up.classList.remove("collapsed");
    center(hits[hit]);
    tell(hits[hit]);
  };
  let soon = 0;
  search.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(look, 150); });
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") next(event.shiftKey ? -1 : 1); });

  // Buttons and keys.
  at("in").addEventListener("click", () => zoom(1.4));
  at("out").addEventListener("click", () => zoom(1 / 1.4));
  at("fit").addEventListener("click", fit);
  at("close").addEventListener("click", () => foldAll(true));
  at("open").addEventListener("click", () => foldAll(false));
  at("clear").addEventListener("click", forget);
  at("fold").addEventListener("click", () => { fold(shown, !shown.classList.contains("collapsed")); tell(shown); });
  at("level").addEventListener("change", (event) => show(event.target.value));
  window.addEventListener("resize", move);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { forget(); search.value = ""; look(); return; }
    if (event.target === search) return;
    if (event.key === "/") { event.preventDefault(); search.focus(); }
    if (event.key === "+") zoom(1.4);
    if (event.key === "-") zoom(1 / 1.4);
    if (event.key === "0") fit();
    if (event.key === "Enter" && event.target.dataset?.ask) pick(event.target);
    const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    if (steps) { view.x += steps[0]; view.y += steps[1]; move(); }
  });
  show(at("level").value);
})();
