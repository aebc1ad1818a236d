using Notify.Engines;

[assembly: AssemblyFixture(typeof(PostgreSqlServer))]
[assembly: AssemblyFixture(typeof(SharedKafkaCluster))]
