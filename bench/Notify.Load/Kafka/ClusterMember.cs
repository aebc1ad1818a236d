using Notify.Transport.Kafka;

namespace Notify.Load.Kafka;

/// <summary>What the processes of a small cluster have in common.</summary>
internal sealed record ClusterMember(string PostgreSql, string Kafka, string TopicPrefix, bool Events)
{
    /// <summary>
    /// A vendor that takes no time needs no more than this at once; as many hints are claimed together as there are slots, up to
    /// a batch.
    /// </summary>
    public const int Slots = 1_000;

    public static ClusterMember From(Arguments arguments) =>
        new(
            arguments.RequiredText("postgresql"),
            arguments.RequiredText("kafka"),
            arguments.RequiredText("topics"),
            bool.Parse(arguments.RequiredText("events"))
        );

    public IEnumerable<string> ToArguments() =>
        ["--postgresql", PostgreSql, "--kafka", Kafka, "--topics", TopicPrefix, "--events", Events.ToString()];

    public void Join(INotificationsBuilder builder, Workers workers)
    {
        builder.UsePostgreSql(PostgreSql).UseKafka(Configure);
        builder.Services.Configure<NotificationsOptions>(options =>
            (options.Workers, options.MaxConcurrencyPerProvider) = (workers, Slots)
        );
    }

    private void Configure(KafkaTransportOptions options)
    {
        (options.BootstrapServers, options.TopicPrefix) = (Kafka, TopicPrefix);
        options.NotificationEvents = options.DeviceEvents = options.AnalyticsEvents = Events;
    }
}
