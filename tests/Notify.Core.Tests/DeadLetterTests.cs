using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class DeadLetterTests
{
    private readonly ManualTime _time = new();
    private volatile bool _refuse = true;

    [Fact]
    public async Task Cancelling_says_exactly_what_it_stopped()
    {
        var answer = new TaskCompletionSource<Outcome>();
        var mail = new ScriptedProvider("mail", Channel.Email, (delivery, _) =>
            delivery.To.Value.StartsWith("slow", StringComparison.Ordinal)
                ? new ValueTask<Outcome>(answer.Task)
                : ValueTask.FromResult(Outcome.Rejected("no"))
        );
        var later = new ScriptedProvider("later", Channel.Sms, _ => Outcome.Retry("busy"));
        await using var application = await TestApplication.StartAsync(_time, mail, later);
        var id = await application.SendAsync([
            Recipient.Email("slow@example.org"),
            Recipient.Email("ada@example.org"),
            Recipient.Phone("+46701234567"),
        ]);
        await Eventually.TrueAsync(
            async () =>
                mail.Sent.Count == 2
                && (await application.DeliveriesAsync(id)).Count(delivery => delivery.Attempts.Count == 1) == 2,
            "one in flight, one refused, one waiting"
        );

        var cancelled = await application.Notifier.CancelAsync(Trigger.DefaultTenant, id);
        answer.SetResult(Outcome.Sent());

        var deliveries = await application.EndedDeliveriesAsync(id);
        var waiting = Assert.Single(deliveries, delivery => delivery.State == DeliveryState.Cancelled);
        Assert.Equal([waiting.Delivery.Id], cancelled!.CancelledIds);
        Assert.Equal((1L, 1L), (cancelled.InFlight, cancelled.Ended));
        Assert.Equal(Channel.Sms, waiting.Delivery.Channel);
        Assert.Single(deliveries, delivery => delivery.State == DeliveryState.Sent);
        Assert.Equal([], (await application.Notifier.CancelAsync(Trigger.DefaultTenant, id))!.CancelledIds);
    }

    [Fact]
    public async Task Dead_letters_are_filtered_counted_and_replayed_with_their_history_and_a_new_budget()
    {
        await using var application = await TestApplication.StartAsync(
            _time,
            builder => builder.Services.Configure<RetryOptions>("email", retry => retry.MaxAttempts = 1),
            new ScriptedProvider("mail", Channel.Email, _ => _refuse ? Outcome.Retry("mailbox full") : Outcome.Sent()),
            new ScriptedProvider("sms", Channel.Sms, _ => _refuse ? Outcome.Rejected("blocked") : Outcome.Sent())
        );
        var mail = await application.SendAsync(Recipient.Email("ada@example.org"));
        var sms = await application.SendAsync(Recipient.Phone("+46701234567"));
        var dead = await application.EndedDeliveryAsync(mail);
        await application.EndedDeliveryAsync(sms);
        var all = new DeadLetterFilter { Tenant = Trigger.DefaultTenant };
        var ofMail = new DeadLetterFilter { Tenant = Trigger.DefaultTenant, Reason = "mailbox full" };

        Assert.Equal(2, await CountAsync(all));
        Assert.Equal(1, await CountAsync(ofMail));
        Assert.Equal(1, await CountAsync(all with { Provider = "sms" }));
        Assert.Equal(1, await CountAsync(all with { Ids = [dead.Delivery.Id] }));
        Assert.Equal(0, await CountAsync(all with { To = _time.GetUtcNow() }));
        Assert.Equal(2, await CountAsync(all with { From = _time.GetUtcNow() }));
        Assert.Equal(0, await CountAsync(all with { Tenant = "other" }));
        Assert.Equal(DeliveryState.DeadLetter, (await application.DeliveryAsync(mail)).State);

        _time.Jump(TimeSpan.FromDays(10));
        _refuse = false;
        var now = _time.GetUtcNow();
        var replayed = await application.DeadLetters.ReplayAsync(
            new ReplayRequest
            {
                Filter = ofMail,
                Now = now,
                ExpiresAt = now.AddHours(1),
                Limit = 10,
            },
            CancellationToken.None
        );
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1, replayed);
        var ended = await application.EndedDeliveryAsync(mail);
        Assert.Equal(DeliveryState.Sent, ended.State);
        Assert.Equal([OutcomeKind.Retry, OutcomeKind.Sent], ended.Attempts.Select(attempt => attempt.Outcome));
        Assert.Equal((0, now.AddHours(1)), (ended.Delivery.AttemptsSpent, ended.Delivery.ExpiresAt));
        Assert.Equal(DeliveryState.DeadLetter, (await application.DeliveryAsync(sms)).State);

        async Task<long> CountAsync(DeadLetterFilter filter)
        {
            Assert.Equal(
                await application.DeadLetters.CountAsync(filter, CancellationToken.None),
                (await application.DeadLetters.ListAsync(filter, null, 100, CancellationToken.None)).Count
            );
            return await application.DeadLetters.CountAsync(filter, CancellationToken.None);
        }
    }
}
