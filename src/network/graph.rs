//! The graph of locations and the ways between them.
//!
//! A walk asks what a location is and where an edge leads; both are lists, of which a network that was compiled before
//! fetches what is asked for. Questions about the shape of the whole get a petgraph graph, by `Deref`: it is there from
//! the beginning, or made when the first of them is asked.

use std::ops::Deref;
use std::sync::OnceLock;

use petgraph::graph::DiGraph;

use super::location::{Edge, EdgeId, Location, LocationId};
use crate::model::Shelf;

/// Locations and the ways between them.
#[derive(Debug)]
pub struct Graph {
    shape: OnceLock<DiGraph<Location, Edge, u32>>,
    parts: Option<Parts>,
}

/// The same as lists.
#[derive(Debug)]
struct Parts {
    locations: Shelf<Location>,
    ways: Shelf<Way>,
    beyond: Shelf<Box<[LocationId]>>,
}

/// An edge with its ends.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// Where it begins.
    pub from: LocationId,
    /// Where it leads.
    pub to: LocationId,
    /// What it is.
    pub edge: Edge,
}

impl Graph {
    /// The graph of locations, ways by their numbers, and where the ways of each location lead.
    pub fn of_parts(locations: Shelf<Location>, ways: Shelf<Way>, beyond: Shelf<Box<[LocationId]>>) -> Graph {
        Graph { shape: OnceLock::new(), parts: Some(Parts { locations, ways, beyond }) }
    }

    /// A location.
    #[inline]
    pub fn location(&self, id: LocationId) -> &Location {
        match &self.parts {
            Some(parts) => &parts.locations[id.index()],
            None => &self[id],
        }
    }

    /// Where an edge leads.
    #[inline]
    pub fn end_of(&self, edge: EdgeId) -> LocationId {
        match &self.parts {
            Some(parts) => parts.ways[edge.index()].to,
            None => self.raw_edges()[edge.index()].target(),
        }
    }

    /// An edge.
    #[inline]
    pub fn edge(&self, edge: EdgeId) -> &Edge {
        match &self.parts {
            Some(parts) => &parts.ways[edge.index()].edge,
            None => &self[edge],
        }
    }

    /// Where the ways of a location lead.
    pub fn beyond(&self, id: LocationId) -> Vec<LocationId> {
        match &self.parts {
            Some(parts) => parts.beyond[id.index()].to_vec(),
            None => self.neighbors(id).collect(),
        }
    }
}

impl Deref for Graph {
    type Target = DiGraph<Location, Edge, u32>;

    fn deref(&self) -> &DiGraph<Location, Edge, u32> {
        self.shape.get_or_init(|| {
            let Some(parts) = &self.parts else { return DiGraph::default() };
            let mut shape = DiGraph::with_capacity(parts.locations.len(), parts.ways.len());
            for location in &parts.locations {
                shape.add_node(*location);
            }
            for way in &parts.ways {
                shape.add_edge(way.from, way.to, way.edge);
            }
            shape
        })
    }
}

impl From<DiGraph<Location, Edge, u32>> for Graph {
    fn from(shape: DiGraph<Location, Edge, u32>) -> Graph {
        Graph { shape: OnceLock::from(shape), parts: None }
    }
}
