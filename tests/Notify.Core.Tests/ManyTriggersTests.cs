using System.Runtime.CompilerServices;
using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Many triggers in one call.</summary>
public sealed class ManyTriggersTests
{
    [Fact]
    public async Task Each_trigger_has_an_outcome_in_the_order_of_the_list()
    {
        var provider = new ScriptedProvider("email", Channel.Email, _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(provider);
        Trigger[] triggers =
        [
            Email("a"),
            Email("b") with
            {
                IdempotencyKey = "key",
            },
            Email("c") with
            {
                To = Recipient.User("nobody"),
            },
            Email("b") with
            {
                IdempotencyKey = "key",
            },
            Email("d") with
            {
                IdempotencyKey = "key",
            },
            Email("e") with
            {
                Content = null,
            },
            Email("f"),
        ];

        var outcomes = await application.Notifier.TriggerManyAsync(triggers);

        Assert.Equal(
            [true, true, false, true, false, false, true],
            outcomes.Select(outcome => outcome is { Result: not null, Error: null })
        );
        Assert.Equal(new TriggerResult(outcomes[1].Result!.Value.Id, isDuplicate: true), outcomes[3].Result);
        Assert.Equal("to[0]", Assert.Single(Assert.IsType<InvalidRequestException>(outcomes[2].Error).Errors).Field);
        Assert.Equal(outcomes[1].Result!.Value.Id, Assert.IsType<IdempotencyConflictException>(outcomes[4].Error).ExistingId);
        Assert.IsType<InvalidRequestException>(outcomes[5].Error);
        await Eventually.TrueAsync(() => provider.Sent.Count == 3, "3 attempts");
    }

    [Fact]
    public async Task The_last_trigger_of_a_list_with_a_collapse_key_is_the_one_that_is_sent()
    {
        var provider = new ScriptedProvider("email", Channel.Email, _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(provider);
        var soon = DateTimeOffset.UtcNow.AddMinutes(30);
        var triggers = Enumerable
            .Range(0, 1_500)
            .Select(i => Email($"body {i}") with { CollapseKey = "score", SendAt = soon })
            .ToArray();

        var outcomes = await application.Notifier.TriggerManyAsync(triggers);

        var queries = application.Get<INotificationQueries>();
        var states = new List<DeliveryState>();
        foreach (var outcome in outcomes)
        {
            var timeline = await queries.FindAsync(
                Trigger.DefaultTenant,
                outcome.Result!.Value.Id,
                new PageRequest(),
                CancellationToken.None
            );
            states.Add(Assert.Single(timeline!.Deliveries.Items).State);
        }

        Assert.Equal(DeliveryState.Pending, states[^1]);
        Assert.All(states[..^1], state => Assert.Equal(DeliveryState.Cancelled, state));
    }

    [Fact]
    public async Task A_stream_is_read_no_faster_than_its_outcomes_are_consumed_and_nothing_is_held_back()
    {
        var provider = new ScriptedProvider("email", Channel.Email, _ => Outcome.Sent());
        await using var application = await TestApplication.StartAsync(provider);
        var source = new Source();

        var outcomes = application.Notifier.TriggerManyAsync(source.ReadAsync()).GetAsyncEnumerator();
        await using (outcomes)
        {
            // The source gives 5 triggers, then waits: their outcomes must not wait for more.
            for (var i = 0; i < 5; i++)
                Assert.True(await outcomes.MoveNextAsync());
            source.GoOn.SetResult();
            Assert.True(await outcomes.MoveNextAsync());
            Assert.NotNull(outcomes.Current.Result);
            Assert.InRange(source.Read, 6, 5 + 3 * 1_024);
        }

        Assert.True(source.IsDisposed);
    }

    private static Trigger Email(string body) =>
        new()
        {
            To = Recipient.Email("ada@example.org"),
            Content = new Content { Body = body },
        };

    private sealed class Source
    {
        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Read { get; private set; }

        public bool IsDisposed { get; private set; }

        public async IAsyncEnumerable<Trigger> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            try
            {
                while (true)
                {
                    if (Read == 5)
                        await GoOn.Task.WaitAsync(cancellationToken);
                    Read++;
                    yield return Email("x");
                }
            }
            finally
            {
                IsDisposed = true;
            }
        }
    }
}
