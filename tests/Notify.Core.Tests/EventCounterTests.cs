using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Core.Tests;

/// <summary>Tests that events which a transport carries are counted once, whatever happens to the workers.</summary>
public sealed class EventCounterTests
{
    private const int Sources = 3;
    private const int EventsPerSource = 400;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Events_are_counted_once_although_they_repeat_and_workers_are_killed(int seed)
    {
        var random = new Random(seed);
        await using var store = await TestApplication.StartAsync(Silent());
        var log = Enumerable.Range(0, Sources).Select(_ => CreateLog(random)).ToArray();
        var done = new long[Sources];
        var (killed, refused) = (0, 0);

        // Several workers take any source at any time, as after a rebalance that not all of them have noticed, and are killed at
        // the worst moments: before the store has written, or after it and before the worker knows.
        while (done.Zip(log).Any(source => source.First < source.Second.Length))
        {
            var workers = new List<(TestApplication Worker, IEventCounter Counter, Dictionary<int, long> Positions)>();
            for (var i = 0; i < 2; i++)
            {
                var worker = await TestApplication.StartAsync(
                    builder =>
                        builder
                            .ShareStoreWith(store.Services)
                            .Services.AddSingleton<IAnalyticsStore>(
                                new KillingStore(store.Get<IAnalyticsStore>(), new Random(random.Next()))
                            ),
                    Silent()
                );
                workers.Add((worker, worker.Get<IEventCounter>(), []));
            }

            for (var step = 0; step < 20; step++)
            {
                var (_, counter, positions) = workers[random.Next(workers.Count)];
                var source = random.Next(Sources);
                try
                {
                    if (!positions.TryGetValue(source, out var position))
                        position = positions[source] = await counter.StartAsync($"{source}", default) ?? 0;
                    // It may read again from before its position, as after offsets that were committed late.
                    var from = (int)Math.Max(0, position - random.Next(3));
                    var to = Math.Min(log[source].Length, (int)position + random.Next(40));
                    if (to <= from)
                        continue;
                    SourceEvent[] batch =
                    [
                        .. Enumerable.Range(from, to - from).Select(at => new SourceEvent(at, log[source][at])),
                    ];
                    if (await counter.CountAsync($"{source}", batch, to, default))
                    {
                        positions[source] = Math.Max(position, to);
                        done[source] = Math.Max(done[source], to);
                    }
                    else
                    {
                        positions.Remove(source);
                        refused++;
                    }
                }
                catch (KilledException)
                {
                    positions.Remove(source);
                    killed++;
                }
            }

            foreach (var (worker, _, _) in workers)
                await worker.DisposeAsync();
        }

        Assert.True(killed > 3 && refused > 0, $"{killed} workers were killed and {refused} batches refused.");
        var expected = log.SelectMany(events => events).DistinctBy(happened => happened.Id).ToList();
        Assert.True(expected.Count < log.Sum(events => events.Length) - 100, "Too few events repeat.");
        var rows = await QueryAsync(store);
        foreach (var channel in new[] { Channel.Email, Channel.Sms })
        {
            var row = rows.Single(one => one.Channel == channel);
            var deliveries = expected
                .Select(happened => happened.Data)
                .OfType<DeliveryEventData>()
                .Where(data => data.Channel == channel)
                .ToList();
            Assert.Equal(deliveries.Count(data => data.State == DeliveryState.Sent), row.Sent);
            Assert.Equal(deliveries.Count(data => data.State == DeliveryState.DeadLetter), row.Failed);
            Assert.Equal(deliveries.Sum(data => data.Cost?.Amount ?? 0), row.Costs.GetValueOrDefault("EUR"));
        }

        Assert.Equal(expected.Count(happened => happened.Data is NotificationAcceptedData), rows.Sum(row => row.Accepted));
        Assert.Equal(
            expected.Count(happened => happened.Data is ReceiptEventData { IsFirst: true }),
            rows.Sum(row => row.Opened)
        );
    }

    [Fact]
    public async Task A_process_whose_events_are_streamed_does_not_count_them_itself()
    {
        var sink = new Recording();
        await using var application = await TestApplication.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<IAnalyticsStream, Stream>();
                builder.Services.AddSingleton<IEventSink>(sink);
            },
            new ScriptedProvider("mail", Channel.Email, _ => Outcome.Sent())
        );

        for (var i = 0; i < 5; i++)
            await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("a@example.org")));
        // The events contain all that the counts need.
        await application.StopAsync();
        Assert.Empty(await QueryAsync(application));
        var counter = application.Get<IEventCounter>();
        Assert.Null(await counter.StartAsync("s", default));
        Assert.True(
            await counter.CountAsync(
                "s",
                [.. sink.Events.Select((happened, at) => new SourceEvent(at, NotifyEvent.Parse(happened.ToUtf8Json().Span)))],
                sink.Events.Count,
                default
            )
        );

        var rows = await QueryAsync(application);
        Assert.Equal([(null, 5L, 0L), (Channel.Email, 0, 5)], rows.Select(row => (row.Channel, row.Accepted, row.Sent)));
    }

    [Fact]
    public async Task An_event_is_recognized_among_the_last_8192_of_its_source()
    {
        await using var application = await TestApplication.StartAsync(Silent());
        var counter = application.Get<IEventCounter>();
        await counter.StartAsync("s", default);
        var events = Enumerable.Range(0, 9_000).Select(_ => CreateEvent(new Random(1), Guid.NewGuid())).ToArray();
        Assert.True(await CountAsync(0, events));
        Assert.True(await CountAsync(9_000, events[^8_192..]));
        // Another worker has only what the store keeps.
        await counter.StartAsync("s", default);
        Assert.True(await CountAsync(17_192, events[^8_192..]));
        Assert.True(await CountAsync(25_384, events[..10]));

        var rows = await QueryAsync(application);
        Assert.Equal(9_010, rows.Sum(row => row.Sent + row.Failed));

        ValueTask<bool> CountAsync(long position, NotifyEvent[] batch) =>
            counter.CountAsync(
                "s",
                [.. batch.Select((happened, at) => new SourceEvent(position + at, happened))],
                position + batch.Length,
                default
            );
    }

    private static ScriptedProvider Silent() => new("mail", Channel.Email, _ => Outcome.Sent());

    private static async Task<IReadOnlyList<AnalyticsRow>> QueryAsync(TestApplication application) =>
        (
            await application
                .Get<IAnalytics>()
                .QueryAsync(
                    new AnalyticsQuery
                    {
                        Tenant = Trigger.DefaultTenant,
                        From = DateTimeOffset.UtcNow.AddDays(-1),
                        To = DateTimeOffset.UtcNow.AddHours(1),
                        Resolution = AnalyticsResolution.Total,
                        GroupBy = AnalyticsDimensions.Channel,
                    }
                )
        ).Rows;

    // About every fourth event was published twice.
    private static NotifyEvent[] CreateLog(Random random)
    {
        var log = new List<NotifyEvent>();
        while (log.Count < EventsPerSource)
            log.Add(
                log.Count > 0 && random.Next(4) == 0
                    ? log[random.Next(log.Count)]
                    : CreateEvent(random, new Guid(random.GetItems(Enumerable.Range(0, 256).Select(b => (byte)b).ToArray(), 16)))
            );
        return [.. log];
    }

    private static NotifyEvent CreateEvent(Random random, Guid id)
    {
        var channel = random.Next(2) == 0 ? Channel.Email : Channel.Sms;
        var isSent = random.Next(3) > 0;
        (string Type, NotifyEventData Data) what = random.Next(6) switch
        {
            0 => (
                NotifyEventTypes.NotificationAccepted,
                new NotificationAcceptedData
                {
                    NotificationId = id,
                    Priority = Priority.Normal,
                    Deliveries = 1,
                    Topics = 0,
                }
            ),
            1 => (
                NotifyEventTypes.ReceiptOpened,
                new ReceiptEventData
                {
                    DeliveryId = id,
                    Kind = ReceiptKind.Opened,
                    IsFirst = isSent,
                    Channel = channel,
                }
            ),
            _ => (
                isSent ? NotifyEventTypes.DeliverySent : NotifyEventTypes.DeliveryFailed,
                new DeliveryEventData
                {
                    NotificationId = id,
                    DeliveryId = id,
                    Channel = channel,
                    Provider = "p",
                    State = isSent ? DeliveryState.Sent : DeliveryState.DeadLetter,
                    Outcome = isSent ? OutcomeKind.Sent : OutcomeKind.Rejected,
                    Cost = isSent ? new Cost(1, 0.01m, "EUR") : null,
                }
            ),
        };
        return new NotifyEvent
        {
            Id = id,
            Type = what.Type,
            OccurredAt = DateTimeOffset.UtcNow,
            Tenant = Trigger.DefaultTenant,
            Data = what.Data,
        };
    }

    private sealed class Stream : IAnalyticsStream
    {
        public bool IsInUse => true;
    }

    private sealed class Recording : IEventSink
    {
        private readonly Lock _lock = new();

        public List<NotifyEvent> Events { get; } = [];

        public bool Wants(string type) => true;

        public void Publish(NotifyEvent happened)
        {
            lock (_lock)
                Events.Add(happened);
        }
    }

    private sealed class KilledException : Exception;

    /// <summary>
    /// Kills the worker at some writes: before the store has them, or before the worker knows that the store has.
    /// </summary>
    private sealed class KillingStore(IAnalyticsStore inner, Random random) : IAnalyticsStore
    {
        public ValueTask AddAsync(IReadOnlyList<AnalyticsCount> counts, CancellationToken cancellationToken) =>
            inner.AddAsync(counts, cancellationToken);

        public async ValueTask<bool> AddAsync(
            IReadOnlyList<AnalyticsCount> counts,
            AnalyticsCheckpoint checkpoint,
            long? expected,
            CancellationToken cancellationToken
        )
        {
            var moment = random.Next(6);
            if (moment == 0)
                throw new KilledException();
            var added = await inner.AddAsync(counts, checkpoint, expected, cancellationToken);
            return moment == 1 ? throw new KilledException() : added;
        }

        public ValueTask<AnalyticsCheckpoint?> FindCheckpointAsync(string source, CancellationToken cancellationToken) =>
            inner.FindCheckpointAsync(source, cancellationToken);

        public ValueTask<IReadOnlyList<AnalyticsCount>> SumAsync(AnalyticsFilter filter, CancellationToken cancellationToken) =>
            inner.SumAsync(filter, cancellationToken);

        public ValueTask<bool> RollUpAsync(
            AnalyticsResolution resolution,
            DateTimeOffset before,
            int most,
            CancellationToken cancellationToken
        ) => inner.RollUpAsync(resolution, before, most, cancellationToken);
    }
}
