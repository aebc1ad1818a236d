using Notify.Engines;

[assembly: AssemblyFixture(typeof(PostgreSqlServer))]
