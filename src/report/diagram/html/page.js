"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const stage = at("stage"), about = at("about"), answer = at("answer"), found = at("found"), search = at("search");
  const view = { x: 0, y: 0, k: 1 };
  let svg = null, drawn = null, boxes = [], byKey = new Map(), hits = [], hit = -1, from = null, to = null, shown = null;

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
    drawn = null;
    const hasEnds = svg.querySelector("g[data-ask]") !== null;
    at("ends").hidden = answer.hidden = !hasEnds;
    if (!hasEnds) { about.querySelector("h2").textContent = "Point at a box"; about.querySelector("pre").textContent = "It says more here."; }
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
  const close = (box, closed) => {
    if (box && box.querySelector(":scope>g[data-key]")) box.classList.toggle("collapsed", closed);
  };
  const fold = (box, closed) => { close(box, closed); squeeze(); };
  const foldAll = (closed) => { for (const it of svg.querySelectorAll("g.vpc")) close(it, closed); squeeze(); fit(); };

  // Room. A closed box needs its label and the gateways on its edges; stretches of the page that closed boxes alone have
  // taken are cut out, across and down. What is left keeps its order, so that nothing can come to overlap.
  const number = (it, name) => Number(it.getAttribute(name));
  const survey = () => {
    const size = [svg.width.baseVal.value, svg.height.baseVal.value];
    const parts = [];
    for (const it of svg.querySelectorAll("rect,text,circle,path")) {
      const isFixed = it.closest("g.frame") !== null;
      if (it.tagName === "rect") {
        parts.push({ it, isFixed, kind: "rect", at: [number(it, "x"), number(it, "y"), number(it, "width"), number(it, "height")] });
      } else if (it.tagName === "text") {
        parts.push({ it, isFixed, kind: "text", at: [number(it, "x"), number(it, "y")] });
      } else if (it.tagName === "circle") {
        parts.push({ it, isFixed, kind: "circle", at: [number(it, "cx"), number(it, "cy")] });
      } else {
        parts.push({ it, isFixed, kind: "path", path: it.getAttribute("d") });
      }
    }
    const areas = new Map();
    for (const { it, kind, at } of parts) {
      if (kind === "rect" && it.parentElement.dataset.key) areas.set(it.parentElement, [at[0], at[1], at[0] + at[2], at[1] + at[3]]);
    }
    return { size, parts, areas };
  };
  // Where a box's own label ends, to the right and below.
  const labelEnd = (box) => {
    const [left, top] = drawn.areas.get(box);
    let right = left + 60, bottom = top + 16;
    for (const it of box.querySelectorAll(":scope>text")) {
      right = Math.max(right, number(it, "x") + it.getComputedTextLength() + 10);
      bottom = Math.max(bottom, number(it, "y") + 8);
    }
    return [right, bottom];
  };
  // What closed boxes give, and what the others hold on to, as [from, to] of each direction.
  const stretches = () => {
    const given = [[], []], kept = [[], []];
    const keep = (left, top, right, bottom) => { kept[0].push([left, right]); kept[1].push([top, bottom]); };
    const visit = (box) => {
      const area = drawn.areas.get(box);
      if (box.classList.contains("collapsed")) {
        const end = labelEnd(box);
        keep(area[0] - 6, area[1] - 6, end[0], end[1]);
        given[0].push([end[0], area[2] - 2]);
        given[1].push([end[1], area[3] - 2]);
        for (const it of box.querySelectorAll(":scope>g.gateway")) { const own = drawn.areas.get(it); keep(own[0] - 4, own[1] - 4, own[2] + 4, own[3] + 4); }
        return;
      }
      if (!box.querySelector(".collapsed")) { if (!box.matches(".frame")) keep(area[0] - 6, area[1] - 6, area[2] + 6, area[3] + 6); return; }
      const end = labelEnd(box);
      keep(area[0], area[1], end[0], end[1]);
      for (const it of box.querySelectorAll(":scope>g.wire>path:not(.head)")) lanes(it, kept);
      for (const it of box.children) if (it.dataset.key && !it.classList.contains("wire")) visit(it);
    };
    for (const it of svg.children) if (it.dataset?.key) visit(it);
    return [given, kept];
  };
  // Lines that run across keep their height, lines that run down their place.
  const lanes = (line, kept) => {
    for (const part of (drawn.lines.get(line) ?? "").split("M").slice(1)) {
      const points = part.split("L").map((it) => it.trim().split(" ").map(Number));
      for (let at = 1; at < points.length; at += 1) {
        const [x, y] = points[at - 1], [nextX, nextY] = points[at];
        if (y === nextY) kept[1].push([y - 5, y + 5]); else kept[0].push([x - 5, x + 5]);
      }
    }
  };
  const joined = (list) => {
    const sorted = list.filter(([from, to]) => to > from).sort((one, other) => one[0] - other[0]);
    const all = [];
    for (const [from, to] of sorted) {
      const last = all[all.length - 1];
      if (last && from <= last[1]) last[1] = Math.max(last[1], to); else all.push([from, to]);
    }
    return all;
  };
  const without = (list, taken) => {
    const left = [];
    let at = 0;
    for (let [from, to] of list) {
      while (at < taken.length && taken[at][1] <= from) at += 1;
      for (let next = at; next < taken.length && taken[next][0] < to; next += 1) {
        if (taken[next][0] > from) left.push([from, taken[next][0]]);
        from = Math.max(from, taken[next][1]);
      }
      if (from < to) left.push([from, to]);
    }
    return left;
  };
  // Where a place has come to be when stretches are cut out.
  const mover = (cuts) => {
    const sums = [];
    let sum = 0;
    for (const [from, to] of cuts) { sums.push(sum); sum += to - from; }
    return (place) => {
      let low = 0, high = cuts.length;
      while (low < high) { const middle = (low + high) >> 1; if (cuts[middle][0] < place) low = middle + 1; else high = middle; }
      if (low === 0) return place;
      const [from, to] = cuts[low - 1];
      return place - sums[low - 1] - Math.min(place, to) + from;
    };
  };
  const squeeze = () => {
    if (!drawn) {
      drawn = survey();
      drawn.lines = new Map(drawn.parts.filter((it) => it.kind === "path").map((it) => [it.it, it.path]));
    }
    place((it) => it, (it) => it);
    const [given, kept] = stretches();
    const [across, down] = [0, 1].map((way) => mover(without(joined(given[way]), joined(kept[way]))));
    place(across, down);
  };
  // The legend stands below everything and is as wide as it is.
  const place = (narrower, down) => {
    let legend = 0;
    for (const { it, kind, at, path, isFixed } of drawn.parts) {
      const across = isFixed ? (it) => it : narrower;
      if (isFixed && kind === "rect") legend = Math.max(legend, at[0] + at[2] + 16);
      if (kind === "rect") {
        const x = across(at[0]), y = down(at[1]);
        it.setAttribute("x", x); it.setAttribute("y", y);
        it.setAttribute("width", Math.max(0, across(at[0] + at[2]) - x)); it.setAttribute("height", Math.max(0, down(at[1] + at[3]) - y));
      } else if (kind === "text") { it.setAttribute("x", across(at[0])); it.setAttribute("y", down(at[1])); }
      else if (kind === "circle") { it.setAttribute("cx", across(at[0])); it.setAttribute("cy", down(at[1])); }
      else {
        it.setAttribute("d", path.replace(/([ML])(-?[\d.]+) (-?[\d.]+)(?:V(-?[\d.]+))?/g, (_, letter, x, y, bottom) =>
          `${letter}${across(Number(x))} ${down(Number(y))}${bottom === undefined ? "" : "V" + down(Number(bottom))}`));
      }
    }
    const [width, height] = [Math.max(legend, narrower(drawn.size[0])), down(drawn.size[1])];
    svg.setAttribute("width", width); svg.setAttribute("height", height);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  };

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
    if (drawn) squeeze();
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
    let isOpened = false;
    for (let up = hits[hit].parentElement; up && up !== svg; up = up.parentElement) {
      isOpened ||= up.classList.contains("collapsed");
      up.classList.remove("collapsed");
    }
    if (isOpened) squeeze();
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
