//! The services of AWS that put interfaces into a VPC.

/// Which service of AWS a thing is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceFamily {
    /// Databases, Aurora's clusters, proxies.
    Rds,
    /// Caches.
    ElastiCache,
    /// Search domains.
    OpenSearch,
    /// File systems and their mount targets.
    Efs,
    /// Functions in a VPC.
    Lambda,
    /// Tasks and services with interfaces of their own.
    Ecs,
    /// Clusters of Kubernetes: the interfaces of the control plane.
    Eks,
    /// Clusters of Kafka.
    Msk,
    /// Data warehouses.
    Redshift,
    /// Instances that migrate databases.
    Dms,
    /// Endpoints of the Route 53 Resolver.
    Resolver,
}

impl ServiceFamily {
    /// All of them.
    pub const ALL: &'static [ServiceFamily] = &[
        ServiceFamily::Rds,
        ServiceFamily::ElastiCache,
        ServiceFamily::OpenSearch,
        ServiceFamily::Efs,
        ServiceFamily::Lambda,
        ServiceFamily::Ecs,
        ServiceFamily::Eks,
        ServiceFamily::Msk,
        ServiceFamily::Redshift,
        ServiceFamily::Dms,
        ServiceFamily::Resolver,
    ];

    /// What is written before a name to mean it: `rds`.
    pub fn prefix(self) -> &'static str {
        match self {
            ServiceFamily::Rds => "rds",
            ServiceFamily::ElastiCache => "elasticache",
            ServiceFamily::OpenSearch => "opensearch",
            ServiceFamily::Efs => "efs",
            ServiceFamily::Lambda => "lambda",
            ServiceFamily::Ecs => "ecs",
            ServiceFamily::Eks => "eks",
            ServiceFamily::Msk => "msk",
            ServiceFamily::Redshift => "redshift",
            ServiceFamily::Dms => "dms",
            ServiceFamily::Resolver => "resolver",
        }
    }

    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            ServiceFamily::Rds => "RDS",
            ServiceFamily::ElastiCache => "ElastiCache",
            ServiceFamily::OpenSearch => "OpenSearch",
            ServiceFamily::Efs => "EFS",
            ServiceFamily::Lambda => "Lambda",
            ServiceFamily::Ecs => "ECS",
            ServiceFamily::Eks => "EKS",
            ServiceFamily::Msk => "MSK",
            ServiceFamily::Redshift => "Redshift",
            ServiceFamily::Dms => "DMS",
            ServiceFamily::Resolver => "Route 53 Resolver",
        }
    }

    /// The TCP port that things of the family take requests at, where it is one for all of them.
    pub fn port(self) -> Option<u16> {
        match self {
            ServiceFamily::OpenSearch | ServiceFamily::Eks => Some(443),
            ServiceFamily::Efs => Some(2049),
            ServiceFamily::Rds
            | ServiceFamily::ElastiCache
            | ServiceFamily::Lambda
            | ServiceFamily::Ecs
            | ServiceFamily::Msk
            | ServiceFamily::Redshift
            | ServiceFamily::Dms
            | ServiceFamily::Resolver => None,
        }
    }
}
