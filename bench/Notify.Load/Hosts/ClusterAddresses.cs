namespace Notify.Load.Hosts;

/// <summary>The addresses of the engines that several hosts share.</summary>
/// <param name="PostgreSql">The connection string of PostgreSQL.</param>
/// <param name="Redis">The connection string of Redis.</param>
/// <param name="Kafka">The bootstrap servers of Kafka.</param>
internal sealed record ClusterAddresses(string PostgreSql, string Redis, string Kafka)
{
    public static ClusterAddresses? From(Arguments arguments) =>
        arguments.Text("postgresql") is { } postgreSql
            ? new ClusterAddresses(postgreSql, arguments.RequiredText("redis"), arguments.RequiredText("kafka"))
            : null;

    public IEnumerable<string> ToArguments() => ["--postgresql", PostgreSql, "--redis", Redis, "--kafka", Kafka];
}
