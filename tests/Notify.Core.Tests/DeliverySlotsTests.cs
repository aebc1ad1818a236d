using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;
using Notify.Transport;

namespace Notify.Core.Tests;

/// <summary>
/// Hints and the slots of a process. Nothing falls due by itself here: a delivery is reserved for its hint for an hour, and the
/// worker queries the queue once a minute unless it is woken.
/// </summary>
public sealed class DeliverySlotsTests
{
    private const int Slots = 8;
    private const int Deliveries = 5_000;

    private readonly TaskCompletionSource _open = new();
    private readonly ConcurrentDictionary<Guid, int> _sent = new();
    private readonly ScriptedProvider _mail;
    private int _inFlight;
    private int _mostInFlight;
    private int _claimed;
    private int _givenBack;

    public DeliverySlotsTests() => _mail = new ScriptedProvider("mail", Channel.Email, async (delivery, _) =>
        {
            _sent.AddOrUpdate(delivery.Id, 1, (_, times) => times + 1);
            var inFlight = Interlocked.Increment(ref _inFlight);
            lock (_sent)
                _mostInFlight = Math.Max(_mostInFlight, inFlight);
            await _open.Task;
            Interlocked.Decrement(ref _inFlight);
            return Outcome.Sent();
        });

    [Fact]
    public async Task Hints_beyond_the_free_slots_are_given_back_and_sent_once_when_slots_are_free()
    {
        var transport = new TestTransport { CountsSlots = false };
        await using var application = await StartAsync(transport);

        var ids = await SendAsync(application);

        await Eventually.TrueAsync(
            () =>
                _sent.Count == Slots
                && Volatile.Read(ref _claimed) == Deliveries
                && Volatile.Read(ref _givenBack) >= Deliveries - Slots,
            "every delivery without a slot to be given back"
        );
        _open.SetResult();
        await SentOnceAsync(application, ids);
        Assert.Equal(Slots, _mostInFlight);
    }

    [Fact]
    public async Task A_transport_that_counts_slots_learns_when_some_are_free_and_gets_almost_nothing_back()
    {
        var transport = new TestTransport { CountsSlots = true };
        await using var application = await StartAsync(transport);

        var ids = await SendAsync(application);

        await Eventually.TrueAsync(() => _sent.Count == Slots, "the slots to be taken");
        Assert.InRange(_claimed, Slots, 3 * Slots);
        _open.SetResult();
        await SentOnceAsync(application, ids);
        Assert.Equal(Slots, _mostInFlight);
        // A lease request reserves some slots for a moment that were free when the transport counted.
        Assert.InRange(_givenBack, 0, Deliveries / 20);
    }

    private Task<TestApplication> StartAsync(TestTransport transport) =>
        TestApplication.StartAsync(
            builder =>
            {
                builder
                    .UseInMemory()
                    .Services.AddSingleton<IDeliveryTransport>(transport)
                    .Configure<NotificationsOptions>(options =>
                    {
                        options.MaxConcurrencyPerProvider = Slots;
                        options.PollInterval = TimeSpan.FromMinutes(1);
                    })
                    .Decorate<IDeliveryQueue>(queue => new QueueProbe(queue)
                    {
                        Claimed = leases => Interlocked.Add(ref _claimed, leases.Count),
                        Settling = settlements =>
                        {
                            Interlocked.Add(
                                ref _givenBack,
                                settlements.Count(settlement => settlement.State == DeliveryState.Pending)
                            );
                            return Task.CompletedTask;
                        },
                    });
            },
            _mail
        );

    private static async Task<List<Guid>> SendAsync(TestApplication application)
    {
        List<Guid> ids = [];
        for (var sent = 0; sent < Deliveries; sent += 1_000)
        {
            RecipientList to = [.. Enumerable.Range(sent, 1_000).Select(i => Recipient.Email($"u{i}@example.org"))];
            ids.Add(await application.SendAsync(TestApplication.Say(to) with { Priority = Priority.High }));
        }

        return ids;
    }

    private async Task SentOnceAsync(TestApplication application, List<Guid> ids)
    {
        foreach (var id in ids)
            Assert.All(await application.EndedDeliveriesAsync(id), delivery => Assert.Equal(DeliveryState.Sent, delivery.State));
        Assert.Equal(Deliveries, _sent.Count);
        Assert.All(_sent, delivery => Assert.Equal(1, delivery.Value));
    }

    /// <summary>Hands over every hint at once, or as many as there are free slots.</summary>
    private sealed class TestTransport : IDeliveryTransport
    {
        private readonly ConcurrentQueue<DeliveryHint> _hints = new();
        private readonly Channel<bool> _changed = System.Threading.Channels.Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
        );

        public required bool CountsSlots { get; init; }

        public QueuedDelivery Prepare(Delivery delivery) => new(delivery, delivery.DueAt.AddHours(1));

        public ValueTask PublishAsync(IReadOnlyList<QueuedDelivery> deliveries, CancellationToken cancellationToken)
        {
            foreach (var queued in deliveries)
                _hints.Enqueue(new DeliveryHint(new DeliveryReference(queued.Delivery.Id, 0)));
            _changed.Writer.TryWrite(true);
            return ValueTask.CompletedTask;
        }

        public void Withdraw(IReadOnlyList<QueuedDelivery> deliveries) { }

        public async IAsyncEnumerable<IReadOnlyList<DeliveryHint>> ConsumeAsync(
            IDeliverySlots slots,
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            slots.Freed += () => _changed.Writer.TryWrite(true);
            while (await _changed.Reader.ReadAsync(cancellationToken))
            {
                var hints = new List<DeliveryHint>();
                for (
                    var most = CountsSlots ? slots.CountFree(Priority.High) : Deliveries;
                    most > 0 && _hints.TryDequeue(out var hint);
                    most--
                )
                    hints.Add(hint);
                if (hints.Count > 0)
                    yield return hints;
            }
        }
    }
}
