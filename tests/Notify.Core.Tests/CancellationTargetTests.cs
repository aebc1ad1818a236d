using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Tests cancellations by a reference and by a cancellation key.</summary>
public sealed class CancellationTargetTests
{
    private static readonly CancellationTarget ByKey = new() { Tenant = Trigger.DefaultTenant, CancellationKey = "k" };
    private static readonly CancellationTarget ByReference = new() { Tenant = Trigger.DefaultTenant, Reference = "r" };

    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    [Fact]
    public async Task Every_waiting_notification_of_the_target_is_cancelled_and_no_other()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        var first = await application.SendAsync(Waiting("a", "b") with { CancellationKey = "k", Reference = "r" });
        var second = await application.SendAsync(Waiting("c") with { CancellationKey = "k" });
        var sent = await application.SendAsync(Waiting("d") with { CancellationKey = "k", SendAt = null });
        var byReference = await application.SendAsync(Waiting("e") with { Reference = "r" });
        var other = await application.SendAsync(Waiting("f") with { CancellationKey = "K", Reference = "k" });
        await application.SendAsync(Waiting("g") with { CancellationKey = "k", Tenant = "other" });
        await application.EndedDeliveryAsync(sent);

        var cancellation = await application.Notifier.CancelAsync(ByKey);

        Assert.Equal((3, 3, 0, 1, 0), Count(cancellation));
        Assert.Equal(3, cancellation.CancelledIds.Distinct().Count());
        Assert.Equal((3, 0, 0, 4, 0), Count(await application.Notifier.CancelAsync(ByKey)));
        Assert.Equal((2, 1, 0, 2, 0), Count(await application.Notifier.CancelAsync(ByReference)));
        foreach (var (id, ended) in ((Guid, long)[])[(first, 2), (second, 1), (byReference, 1), (sent, 1), (other, 0)])
            Assert.Equal(ended, await CountEndedAsync(application, id));
        Assert.Equal((1, 1, 0, 0, 0), Count(await application.Notifier.CancelAsync(ByKey with { Tenant = "other" })));
    }

    [Fact]
    public async Task A_target_without_notifications_is_no_error()
    {
        await using var application = await TestApplication.StartAsync(_mail);

        Assert.Equal((0, 0, 0, 0, 0), Count(await application.Notifier.CancelAsync(ByKey)));
    }

    [Fact]
    public async Task More_notifications_than_a_page_are_cancelled()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        for (var i = 0; i < 1_001; i++)
            await application.SendAsync(Waiting($"u{i}") with { CancellationKey = "k" });

        Assert.Equal((1_001, 1_001, 0, 0, 0), Count(await application.Notifier.CancelAsync(ByKey)));
    }

    [Fact]
    public async Task What_was_accepted_before_the_call_is_cancelled_although_others_are_accepted_meanwhile()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        var stop = false;
        var accepted = new List<Guid>();
        var triggering = Task.Run(async () =>
        {
            for (var i = 0; !Volatile.Read(ref stop); i++)
            {
                var id = await application.SendAsync(Waiting($"u{i}") with { CancellationKey = "k" });
                lock (accepted)
                    accepted.Add(id);
            }
        });
        for (var i = 1; i <= 5; i++)
        {
            await Eventually.TrueAsync(() => Copy(accepted).Length > i * 10, "more triggers");
            var before = Copy(accepted);
            await application.Notifier.CancelAsync(ByKey);
            foreach (var id in before)
                Assert.Equal(1, await CountEndedAsync(application, id));
        }

        Volatile.Write(ref stop, true);
        await triggering;
        await application.Notifier.CancelAsync(ByKey);
        foreach (var id in accepted)
            Assert.Equal(1, await CountEndedAsync(application, id));
        Assert.Empty(_mail.Sent);
    }

    [Fact]
    public async Task A_wrong_target_cancels_nothing_and_names_the_field()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        var id = await application.SendAsync(Waiting("a") with { CancellationKey = "k", Reference = "r" });

        (CancellationTarget Target, string Field, string Code)[] cases =
        [
            (new() { Tenant = "t" }, "cancellationKey", FieldErrorCodes.Required),
            (ByKey with { Reference = "r" }, "reference", FieldErrorCodes.Conflict),
            (ByKey with { CancellationKey = "" }, "cancellationKey", FieldErrorCodes.Required),
            (ByKey with { CancellationKey = new string('k', 257) }, "cancellationKey", FieldErrorCodes.TooLong),
            (ByReference with { Reference = "a\0" }, "reference", FieldErrorCodes.InvalidText),
            (ByReference with { Reference = "\ud800" }, "reference", FieldErrorCodes.InvalidText),
            (ByKey with { Tenant = "" }, "tenant", FieldErrorCodes.Required),
        ];
        foreach (var (target, field, code) in cases)
        {
            var exception = await Assert.ThrowsAsync<InvalidRequestException>(() => application.Notifier.CancelAsync(target));
            Assert.Equal((field, code), exception.Errors.Select(error => (error.Field, error.Code)).Single());
        }

        Assert.Equal(0, await CountEndedAsync(application, id));
    }

    private static Trigger Waiting(params string[] names) =>
        TestApplication.Say([.. names.Select(name => Recipient.Email($"{name}@example.org"))]) with
        {
            SendAt = DateTimeOffset.UtcNow.AddDays(30),
        };

    private static (long, long, long, long, long) Count(Cancellation one) =>
        (one.Notifications, one.Cancelled, one.InFlight, one.Ended, one.Collected);

    private static Guid[] Copy(List<Guid> ids)
    {
        lock (ids)
            return [.. ids];
    }

    private static async Task<long> CountEndedAsync(TestApplication application, Guid id)
    {
        var timeline = await application.Get<INotificationQueries>().FindAsync(Trigger.DefaultTenant, id);
        return timeline!.Counts.Where(count => count.Key != DeliveryState.Pending).Sum(count => count.Value);
    }
}
