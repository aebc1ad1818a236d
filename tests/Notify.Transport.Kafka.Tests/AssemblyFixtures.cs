using Notify.Engines;

[assembly: AssemblyFixture(typeof(SharedKafkaCluster))]
[assembly: AssemblyFixture(typeof(PostgreSqlServer))]

// A test waits for the brokers nearly all of its time: three seconds until a group has its first members.
[assembly: CollectionBehavior(MaxParallelThreads = 8)]
