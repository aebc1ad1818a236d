using Notify.Providers;
using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests the checks of recipients of waiting deliveries.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Many_recipients_of_several_tenants_are_read_in_one_call_and_in_order()
    {
        foreach (var tenant in (string[])[Tenant, OtherTenant])
            await Store.Users.SaveAsync(
                [
                    .. Enumerable
                        .Range(0, 150)
                        .Select(i => new User
                        {
                            Tenant = tenant,
                            Id = $"u{i}",
                            Locale = $"{tenant}-{i}",
                        }),
                ],
                Cancellation
            );
        RecipientQuestion[] questions =
        [
            .. Enumerable
                .Range(0, 300)
                .Select(i => new RecipientQuestion
                {
                    Tenant = i % 2 == 0 ? Tenant : OtherTenant,
                    UserId = $"u{i * 7 % 151}",
                    WithDevices = false,
                }),
        ];

        var answers = await Store.RecipientChecks.ReadAsync(questions, Cancellation);

        Assert.Equal(
            questions.Select(asked => asked.UserId == "u150" ? null : $"{asked.Tenant}-{asked.UserId[1..]}"),
            answers.Select(answer => answer.User?.User?.Locale)
        );
    }

    [Fact]
    public async Task An_answer_contains_the_subscription_and_the_devices_that_are_not_pruned()
    {
        await Store.Users.SaveAsync([new User { Tenant = Tenant, Id = "u" }], Cancellation);
        await RegisterAsync("alive", "u", app: "shop");
        await RegisterAsync("alive-too", "u");
        await RegisterAsync("dead", "u", "dead-token");
        await PruneAsync("dead-token", Now);
        await RegisterAsync("another", "v");
        await RegisterAsync("elsewhere", "u", tenant: OtherTenant);
        await Store.Topics.SubscribeAsync(Tenant, "news", ["u"], Cancellation);
        await Store.Topics.SubscribeAsync(OtherTenant, "sport", ["u"], Cancellation);

        var answers = await Store.RecipientChecks.ReadAsync(
            [
                new RecipientQuestion
                {
                    Tenant = Tenant,
                    UserId = "u",
                    Topic = "news",
                    WithDevices = true,
                },
                new RecipientQuestion
                {
                    Tenant = Tenant,
                    UserId = "u",
                    Topic = "sport",
                    WithDevices = false,
                },
                new RecipientQuestion
                {
                    Tenant = Tenant,
                    UserId = "v",
                    WithDevices = true,
                },
            ],
            Cancellation
        );

        Assert.Equal(["alive", "alive-too"], answers[0].Devices.Select(device => device.Id).Order(StringComparer.Ordinal));
        Assert.Equal(await Store.Devices.FindAsync(Tenant, ["u"], Cancellation), answers[0].Devices.OrderBy(device => device.Id));
        Assert.Equal((true, false, false), (answers[0].IsSubscribed, answers[1].IsSubscribed, answers[2].IsSubscribed));
        Assert.Empty(answers[1].Devices);
        Assert.Equal(("u", null), (answers[1].User?.Id, answers[2].User?.Id));
        Assert.Equal(["another"], answers[2].Devices.Select(device => device.Id));
    }

    [Fact]
    public async Task A_leased_delivery_can_be_redirected_to_another_address()
    {
        var sample = new Sample(Tenant, Now);
        var delivery = sample.Delivery() with
        {
            To = new Address(Channel.Push, "old-token") { Platform = Platform.Ios, App = "shop" },
            UserId = "u",
            DeviceId = "d",
        };
        await Store.Queue.EnqueueAsync([sample.Request(delivery)], Cancellation);
        var to = new Address(Channel.Push, "new-token") { Platform = Platform.Android };

        Assert.Equal([false], await RedirectAsync(delivery.Id, 0, to));
        var lease = Assert.Single(await LeaseAsync(Now));
        Assert.Equal([false], await RedirectAsync(delivery.Id, lease.Fence + 1, to));
        Assert.Equal([true], await RedirectAsync(delivery.Id, lease.Fence, to));

        Assert.Equal(to, Assert.Single(await ListDeliveriesAsync(sample.Notification.Id)).Delivery.To);
        Assert.True(await SettleAsync(DeadLetter(lease, Now)));
        Assert.Equal([false], await RedirectAsync(delivery.Id, lease.Fence, delivery.To));
        Assert.Equal(to, Assert.Single(await ListDeliveriesAsync(sample.Notification.Id)).Delivery.To);
    }

    [Fact]
    public async Task A_replayed_delivery_is_due_at_once_and_can_be_redirected()
    {
        var sample = new Sample(Tenant, Now);
        var delivery = sample.Delivery() with { UserId = "u" };
        await Store.Queue.EnqueueAsync([sample.Request(delivery)], Cancellation);
        await SettleAsync(DeadLetter(Assert.Single(await LeaseAsync(Now)), Now));

        await Store.DeadLetters.ReplayAsync(
            new ReplayRequest
            {
                Filter = new DeadLetterFilter { Tenant = Tenant },
                Now = Now.AddHours(1),
                ExpiresAt = Now.AddHours(9),
                Limit = 10,
            },
            Cancellation
        );

        var lease = Assert.Single(await LeaseAsync(Now.AddHours(1)));
        Assert.Equal((Now.AddHours(1), 0), (lease.Delivery.DueAt, lease.Delivery.AttemptsSpent));
        Assert.Equal([true], await RedirectAsync(delivery.Id, lease.Fence, new Address(Channel.Email, "new@example.org")));
        Assert.Equal("new@example.org", Assert.Single(await ListDeliveriesAsync(sample.Notification.Id)).Delivery.To.Value);
    }

    private async Task<IReadOnlyList<bool>> RedirectAsync(Guid deliveryId, long fence, Address to) =>
        await Store.RecipientChecks.RedirectAsync([new Redirection(deliveryId, fence, to)], Cancellation);
}
