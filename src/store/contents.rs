//! The contents of a compiled file: everything that a snapshot and its network hold, part by part. What grows with the
//! estate is a section of rows, the rest stands in the contents themselves. Writing and reading follow one list.

use std::borrow::Borrow;
use std::io::{self, Write};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::codec::{Bytes, Stored, Torn};
use super::file::{Compiled, Entry, MAGIC, Section, Trailer, checksum};
use super::rows::StoredRows;
use crate::model::{Collection, Coverage, Model, Resource, Shelf};
use crate::network::{Graph, Location, LocationId, Lookups, Network, Owned, Way};
use crate::snapshot::{ReadOptions, Snapshot};

/// About how long a block is: reading one costs a call, and most of its rows are not asked for.
const BLOCK: usize = 2 << 10;
/// How many rows of a section are looked at to tell how long they are.
const SAMPLES: usize = 64;
/// How many blocks are made before they are written.
const AT_ONCE: usize = 1 << 12;

/// A file in the making.
pub(super) struct Writer<W> {
    out: W,
    position: u64,
    sections: u32,
    contents: Vec<u8>,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(mut out: W) -> io::Result<Writer<W>> {
        out.write_all(&MAGIC)?;
        Ok(Writer { out, position: MAGIC.len() as u64, sections: 0, contents: Vec::new() })
    }

    fn value<T: Stored>(&mut self, value: &T) {
        value.put(&mut self.contents);
    }

    fn rows<T: Stored, B: Borrow<T>>(
        &mut self,
        count: usize,
        row: impl Fn(usize) -> B + Sync,
    ) -> io::Result<()> {
        let block = |rows: std::ops::Range<usize>| {
            let mut bytes = Vec::new();
            rows.for_each(|it| row(it).borrow().put(&mut bytes));
            bytes
        };
        let samples = (0..SAMPLES.min(count)).map(|it| it * count / SAMPLES.min(count));
        let length: usize = samples.map(|row| block(row..row + 1).len()).sum();
        let rows_a_block = (BLOCK * SAMPLES.min(count) / length.max(1)).clamp(1, 256);
        let number = self.sections;
        let mut section = Section { number, rows: count, rows_a_block, directory: 0 };
        let mut entries = Vec::with_capacity(section.blocks());
        for first in (0..section.blocks()).step_by(AT_ONCE) {
            let numbers = first..section.blocks().min(first + AT_ONCE);
            let made = numbers.into_par_iter().map(|number| {
                let rows = number * rows_a_block..count.min((number + 1) * rows_a_block);
                let bytes = block(rows);
                (checksum(section.number, number as u64, &bytes), bytes)
            });
            for (checksum, bytes) in made.collect::<Vec<_>>() {
                let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
                entries.push(Entry { position: self.position, length, checksum });
                self.write(&bytes)?;
            }
        }
        section.directory = self.position;
        for entry in entries {
            self.write(&entry.bytes())?;
        }
        self.sections += 1;
        self.value(&section);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.position += bytes.len() as u64;
        Ok(())
    }

    fn shelf<T: Stored + Sync>(&mut self, shelf: &Shelf<T>) -> io::Result<()> {
        self.rows::<T, &T>(shelf.len(), |row| &shelf[row])
    }

    fn collection<T: Stored + Resource + Sync>(&mut self, items: &Collection<T>) -> io::Result<()> {
        let (heads, skip) = items.search();
        self.value(&skip);
        self.shelf(heads)?;
        self.rows::<T, &T>(items.len(), |row| &items[row])
    }

    fn graph(&mut self, graph: &Graph) -> io::Result<()> {
        let ways = graph.raw_edges();
        self.rows::<Location, &Location>(graph.node_count(), |row| graph.location(LocationId::new(row)))?;
        self.rows::<Way, Way>(ways.len(), |row| {
            let way = &ways[row];
            Way { from: way.source(), to: way.target(), edge: way.weight }
        })?;
        self.rows::<Box<[LocationId]>, Box<[LocationId]>>(graph.node_count(), |row| {
            graph.beyond(LocationId::new(row)).into()
        })
    }

    fn looked_up<T: Stored + Sync>(&mut self, list: &OnceLock<Shelf<T>>) -> io::Result<()> {
        self.shelf(list.get().unwrap_or(&Shelf::default()))
    }

    fn owned(&mut self, both: &OnceLock<[Owned; 2]>) -> io::Result<()> {
        let nothing = <[Owned; 2]>::default();
        let [v4, v6] = both.get().unwrap_or(&nothing);
        self.value(&v4.longest);
        self.shelf(&v4.ranges)?;
        self.value(&v6.longest);
        self.shelf(&v6.ranges)
    }

    /// Adds the contents and the trailer; the file is whole then.
    pub(super) fn finish(mut self) -> io::Result<W> {
        let trailer = Trailer {
            contents: self.position,
            length: self.contents.len() as u64,
            checksum: checksum(u32::MAX, 0, &self.contents),
        };
        self.out.write_all(&self.contents)?;
        self.out.write_all(&trailer.bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// A file's contents, to read.
pub(super) struct Reader<'b> {
    file: Arc<Compiled>,
    from: Bytes<'b>,
    /// Every section, for who reads all of them.
    pub sections: Vec<Section>,
}

impl<'b> Reader<'b> {
    pub(super) fn new(file: Arc<Compiled>, contents: &'b [u8]) -> Reader<'b> {
        Reader { file, from: Bytes::new(contents), sections: Vec::new() }
    }

    fn value<T: Stored>(&mut self) -> Result<T, Torn> {
        T::take(&mut self.from)
    }

    fn rows<T: Stored + Send + Sync + 'static>(&mut self) -> Result<Arc<StoredRows<T>>, Torn> {
        let section: Section = self.value()?;
        self.sections.push(section);
        Ok(Arc::new(StoredRows::new(Arc::clone(&self.file), section)))
    }

    fn shelf<T: Stored + Send + Sync + 'static>(&mut self) -> Result<Shelf<T>, Torn> {
        Ok(Shelf::fetched(self.rows()?))
    }

    fn collection<T: Stored + Send + Sync + 'static>(&mut self) -> Result<Collection<T>, Torn> {
        let skip = self.value()?;
        let heads: Shelf<u128> = self.shelf()?;
        let rows = self.rows()?;
        let count = self.sections.last().map(|it| it.rows);
        if count != Some(heads.len()) {
            return Err(Torn);
        }
        Ok(Collection::fetched(rows, heads, skip))
    }

    fn graph(&mut self) -> Result<Graph, Torn> {
        Ok(Graph::of_parts(self.shelf()?, self.shelf()?, self.shelf()?))
    }

    fn looked_up<T: Stored + Send + Sync + 'static>(&mut self) -> Result<OnceLock<Shelf<T>>, Torn> {
        self.shelf().map(OnceLock::from)
    }

    fn owned(&mut self) -> Result<OnceLock<[Owned; 2]>, Torn> {
        let mut family = || Ok(Owned { longest: self.value()?, ranges: self.shelf()? });
        Ok(OnceLock::from([family()?, family()?]))
    }

    /// Whether nothing is left.
    pub(super) fn is_at_end(&self) -> bool {
        self.from.is_at_end()
    }
}

/// The parts of a structure, each by the way it is kept. A part that is forgotten does not compile.
macro_rules! parts {
    ($Type:ident $put:ident $take:ident { $($part:ident $how:ident),* $(,)? }) => {
        pub(super) fn $put<W: Write>(writer: &mut Writer<W>, whole: &$Type) -> io::Result<()> {
            let $Type { $($part),* } = whole;
            $(parts!(put $how writer $part);)*
            Ok(())
        }

        pub(super) fn $take(reader: &mut Reader<'_>) -> Result<$Type, Torn> {
            Ok($Type { $($part: parts!(take $how reader)),* })
        }
    };
    (put value $writer:ident $part:ident) => { $writer.value($part) };
    (put model $writer:ident $part:ident) => { put_model($writer, $part)? };
    (put coverage $writer:ident $part:ident) => { put_coverage($writer, $part)? };
    (put lookups $writer:ident $part:ident) => { put_lookups($writer, $part)? };
    (put $how:ident $writer:ident $part:ident) => { $writer.$how($part)? };
    (take model $reader:ident) => { take_model($reader)? };
    (take coverage $reader:ident) => { take_coverage($reader)? };
    (take lookups $reader:ident) => { take_lookups($reader)? };
    (take $how:ident $reader:ident) => { $reader.$how()? };
}

parts! {
    ReadOptions put_options take_options {
        account value, region value, strict value, assume_defaults value,
    }
}

parts! {
    Snapshot put_snapshot take_snapshot {
        model model, sources shelf, warnings value, not_answered value, counts value, sha256 value, identity value, accounts value, regions value,
    }
}

parts! {
    Coverage put_coverage take_coverage {
        scopes value, truncated value, service_lists value, assume_defaults value,
    }
}

parts! {
    Model put_model take_model {
        vpcs collection, subnets collection, route_tables collection, network_interfaces collection,
        instances collection, security_groups collection, security_group_rules collection,
        security_group_associations collection, network_acls collection, prefix_lists collection,
        prefix_list_entries collection, internet_gateways collection, egress_only_gateways collection,
        nat_gateways collection, elastic_addresses collection, byoip_cidrs collection,
        instance_connect_endpoints collection, encryption_controls collection,
        accelerator_endpoint_groups collection, vpc_origins collection, verified_access_endpoints collection,
        core_network_attachments collection, core_network_routes collection,
        service_network_vpc_associations collection, peering_connections collection,
        transit_gateways collection, transit_gateway_attachments collection,
        transit_gateway_vpc_attachments collection, transit_gateway_peerings collection,
        transit_gateway_route_tables collection, transit_gateway_routes collection,
        transit_gateway_associations collection, transit_gateway_propagations collection,
        transit_gateway_prefix_list_references collection, vpn_gateways collection,
        vpn_connections collection, customer_gateways collection, direct_connect_gateways collection,
        direct_connect_associations collection, direct_connect_attachments collection,
        virtual_interfaces collection, transit_gateway_connects collection,
        transit_gateway_connect_peers collection, client_vpn_endpoints collection,
        client_vpn_target_networks collection, client_vpn_routes collection,
        client_vpn_authorization_rules collection, vpc_endpoints collection, endpoint_services collection,
        endpoint_connections collection, load_balancers collection, load_balancer_attributes collection,
        listeners collection, listener_rules collection, target_groups collection,
        target_group_attributes collection, target_health collection, classic_load_balancers collection,
        firewalls collection, firewall_policies collection, firewall_rule_groups collection,
        block_public_access_options collection, block_public_access_exclusions collection,
        availability_zones collection, managed_services collection, vpc_dns_attributes collection,
        hosted_zones collection, resolver_rules collection, unmodelled collection, coverage coverage,
    }
}

parts! {
    Lookups put_lookups take_lookups {
        names looked_up, group_names looked_up, hosts looked_up, owned owned,
    }
}

parts! {
    Network put_network take_network {
        graph graph, steps shelf, transport value, acl_filters shelf, route_maps shelf, hops shelf,
        alternatives shelf, address_sets shelf, zone_tables shelf, zones shelf, zone_parents shelf,
        assumptions shelf, vpcs shelf, subnets shelf, interfaces shelf, manners shelf, nat_gateways shelf,
        clients shelf, relays shelf, middleboxes shelf, firewalls shelf, fronts shelf, hosts shelf,
        owners shelf, services shelf, groups shelf, group_members shelf, group_sets shelf, group_rules shelf,
        acl_rules shelf, lists shelf, public_owners shelf, would_be shelf, leads_to shelf,
        route_entries shelf, nat64 value, public_ipv6 value, link_local value, internet shelf,
        not_advertised value, unseen_interfaces value, too_many_choices value, private_ipv4 value,
        internet_location value, on_premises_location value, has_links value, on_premises value,
        lookups lookups,
    }
}
