"""Makes a network in moto, through boto3: python seed.py ENDPOINT."""

import sys

import boto3

endpoint = sys.argv[1]
options = {"endpoint_url": endpoint, "region_name": "eu-west-1"}
ec2 = boto3.client("ec2", **options)


def named(kind, name):
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=named("vpc", "shop"))["Vpc"]["VpcId"]
other = ec2.create_vpc(CidrBlock="10.1.0.0/16", TagSpecifications=named("vpc", "other"))["Vpc"]["VpcId"]


def subnet(vpc, block, zone, name):
    made = ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=f"eu-west-1{zone}",
                             TagSpecifications=named("subnet", name))
    return made["Subnet"]["SubnetId"]


web, web_b = subnet(vpc, "10.0.0.0/24", "a", "web"), subnet(vpc, "10.0.1.0/24", "b", "web-b")
data = subnet(vpc, "10.0.10.0/24", "a", "data")
far = subnet(other, "10.1.0.0/24", "a", "far")
gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
ec2.create_egress_only_internet_gateway(VpcId=vpc)
table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
for it in (web, web_b):
    ec2.associate_route_table(RouteTableId=table, SubnetId=it)
address = ec2.allocate_address(Domain="vpc")["AllocationId"]
nat = ec2.create_nat_gateway(SubnetId=web, AllocationId=address)["NatGateway"]["NatGatewayId"]
inner = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
ec2.create_route(RouteTableId=inner, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
ec2.associate_route_table(RouteTableId=inner, SubnetId=data)
peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other)["VpcPeeringConnection"]["VpcPeeringConnectionId"]
ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
ec2.create_route(RouteTableId=inner, DestinationCidrBlock="10.1.0.0/16", VpcPeeringConnectionId=peering)


def group(name, rules):
    made = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc,
                                     TagSpecifications=named("security-group", name))["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=rules)
    return made


front = group("sg-web", [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
back = group("sg-data", [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": front}]}])
acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
ec2.create_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Protocol="-1", RuleAction="allow", Egress=False,
                             CidrBlock="10.0.0.0/8")
listed = ec2.create_managed_prefix_list(PrefixListName="offices", MaxEntries=5, AddressFamily="IPv4",
                                        Entries=[{"Cidr": "192.0.2.0/24", "Description": "head \"office\" & more"}])
image = ec2.describe_images()["Images"][0]["ImageId"]
admin = group("sg-admin", [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
for name, where, groups in (("web", web, [front]), ("db", data, [back]), ("bastion", web, [admin]), ("far", far, None)):
    chosen = {"SecurityGroupIds": groups} if groups else {}
    ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=where,
                      TagSpecifications=named("instance", name), **chosen)
ec2.create_network_interface(SubnetId=data, Groups=[back])
transit = ec2.create_transit_gateway(Description="hub")["TransitGateway"]["TransitGatewayId"]
for it, where in ((vpc, data), (other, far)):
    ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=transit, VpcId=it, SubnetIds=[where])
hub = ec2.create_transit_gateway_route_table(TransitGatewayId=transit)["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]
ec2.create_transit_gateway_route(DestinationCidrBlock="10.9.0.0/16", TransitGatewayRouteTableId=hub, Blackhole=True)
ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.eu-west-1.s3", RouteTableIds=[inner])
ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.eu-west-1.ssm", VpcEndpointType="Interface",
                        SubnetIds=[data], SecurityGroupIds=[back])
ec2.create_vpn_gateway(Type="ipsec.1")
ec2.create_customer_gateway(Type="ipsec.1", PublicIp="198.51.100.1", BgpAsn=65000)
elb = boto3.client("elbv2", **options)
balancer = elb.create_load_balancer(Name="front-us-east-1", Subnets=[web, web_b], SecurityGroups=[front])
balancer = balancer["LoadBalancers"][0]["LoadBalancerArn"]
targets = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
                               DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}])
boto3.client("elb", **options).create_load_balancer(
    LoadBalancerName="classic", Subnets=[web], SecurityGroups=[front],
    Listeners=[{"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 80}])
boto3.client("rds", **options).create_db_instance(DBInstanceIdentifier="orders", DBInstanceClass="db.t3.micro",
                                                  Engine="postgres")
ecs = boto3.client("ecs", **options)
ecs.create_cluster(clusterName="shop")
boto3.client("efs", **options).create_file_system(CreationToken="files")
boto3.client("eks", **options).create_cluster(name="prod", roleArn="arn:aws:iam::123456789012:role/eks",
                                              resourcesVpcConfig={"subnetIds": [web, web_b]})
zones = boto3.client("route53", **options)
zone = zones.create_hosted_zone(Name="shop.internal", CallerReference="1",
                                VPC={"VPCRegion": "eu-west-1", "VPCId": vpc})["HostedZone"]["Id"]
zones.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": {
    "Name": "db.shop.internal", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.10.9"}]}}]})
boto3.client("elasticache", **options).create_cache_cluster(CacheClusterId="cache", Engine="redis",
                                                            CacheNodeType="cache.t3.micro", NumCacheNodes=1)
