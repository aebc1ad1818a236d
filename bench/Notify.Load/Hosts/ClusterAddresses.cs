namespace Notify.Load.Hosts;

/// <summary>Where a host finds the engines that it shares with others.</summary>
/// <param name="PostgreSql">A connection string.</param>
/// <param name="Redis">A connection string.</param>
/// <param name="Kafka">Bootstrap servers.</param>
internal sealed record ClusterAddresses(string PostgreSql, string Redis, string Kafka)
{
    public static ClusterAddresses? From(Arguments arguments) =>
        arguments.Text("postgresql") is { } postgreSql
            ? new ClusterAddresses(postgreSql, arguments.RequiredText("redis"), arguments.RequiredText("kafka"))
            : null;

    public IEnumerable<string> ToArguments() => ["--postgresql", PostgreSql, "--redis", Redis, "--kafka", Kafka];
}
