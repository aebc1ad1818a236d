using Notify.Engines;

[assembly: AssemblyFixture(typeof(PostgreSqlServer))]
[assembly: AssemblyFixture(typeof(RedisServer))]

// Most of the time a test waits for servers to notice something.
[assembly: CollectionBehavior(MaxParallelThreads = 6)]
