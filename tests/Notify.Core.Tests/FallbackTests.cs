using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class FallbackTests
{
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    private readonly ManualTime _time = new();
    private readonly Passing _passing;
    private readonly ScriptedProvider _sms = new("sms", Channel.Sms, _ => Outcome.Sent());

    public FallbackTests() => _passing = new Passing(_time);

    [Fact]
    public async Task Without_a_receipt_the_next_channel_is_used_after_its_time()
    {
        await using var application = await StartAsync(Outcome.Sent());
        var id = await PushElseSmsAsync(application);

        await _passing.PassAsync(application, FiveMinutes - TimeSpan.FromMinutes(1));
        Assert.Empty(_sms.Sent);
        await _passing.PassAsync(application, TimeSpan.FromMinutes(1));

        await Eventually.TrueAsync(() => _sms.Sent.Count == 1, "the text message");
        Assert.All(await application.EndedDeliveriesAsync(id), delivery => Assert.Equal(DeliveryState.Sent, delivery.State));
    }

    [Fact]
    public async Task A_receipt_cancels_the_rest()
    {
        await using var application = await StartAsync(Outcome.Sent());
        var id = await PushElseSmsAsync(application);

        await ReceiveAsync(application, id, ReceiptKind.Delivered);
        await _passing.PassAsync(application, TimeSpan.FromHours(1));

        Assert.Empty(_sms.Sent);
        Assert.Equal(DeliveryState.Cancelled, (await OfAsync(application, id, Channel.Sms)).State);
    }

    [Fact]
    public async Task A_bounce_makes_the_next_channel_due_at_once()
    {
        await using var application = await StartAsync(Outcome.Sent());
        var id = await PushElseSmsAsync(application);

        await ReceiveAsync(application, id, ReceiptKind.Bounced);
        await _passing.PassAsync(application, TimeSpan.FromSeconds(1));

        await application.EndedDeliveriesAsync(id);
        Assert.Single(_sms.Sent);
    }

    [Fact]
    public async Task A_dead_letter_makes_the_next_channel_due_at_once()
    {
        await using var application = await StartAsync(Outcome.Rejected("too large"));
        var id = await PushElseSmsAsync(application);
        await Eventually.TrueAsync(
            async () => (await OfAsync(application, id, Channel.Push)).State == DeliveryState.DeadLetter,
            "the push message to be refused"
        );

        await _passing.PassAsync(application, TimeSpan.FromSeconds(1));

        await application.EndedDeliveriesAsync(id);
        Assert.Single(_sms.Sent);
    }

    [Fact]
    public async Task A_user_without_devices_gets_the_next_channel_at_once()
    {
        await using var application = await StartAsync(Outcome.Sent());
        await SaveUserAsync(application);

        var delivery = await application.EndedDeliveryAsync(await application.SendAsync(PushElseSms()));

        Assert.Equal(Channel.Sms, delivery.Delivery.Channel);
    }

    [Fact]
    public async Task A_channel_to_fall_back_to_after_a_week_has_not_expired_by_then()
    {
        await using var application = await StartAsync(Outcome.Sent());
        var id = await PushElseSmsAsync(application, TimeSpan.FromDays(7));

        await _passing.PassAsync(application, TimeSpan.FromDays(7));

        await application.EndedDeliveriesAsync(id);
        Assert.Single(_sms.Sent);
    }

    private static Trigger PushElseSms(TimeSpan? after = null) =>
        TestApplication.Say(Recipient.User("ada")) with
        {
            Channels = [Channel.Push],
            Fallback = [new FallbackStep(Channel.Sms, after ?? FiveMinutes)],
        };

    private static Task SaveUserAsync(TestApplication application) =>
        application.Directory.SaveUserAsync(
            new User
            {
                Id = "ada",
                Addresses = new Dictionary<string, string> { ["phone"] = "+46701234567" },
            }
        );

    private static async Task<Guid> PushElseSmsAsync(TestApplication application, TimeSpan? after = null)
    {
        await SaveUserAsync(application);
        await application.Directory.RegisterDeviceAsync(
            new Device
            {
                Id = "phone",
                UserId = "ada",
                Platform = Platform.Ios,
                Token = "t",
            }
        );
        var id = await application.SendAsync(PushElseSms(after));
        await Eventually.TrueAsync(
            async () => (await OfAsync(application, id, Channel.Push)).Attempts.Count == 1,
            "the push message"
        );
        return id;
    }

    private static async Task<DeliveryRecord> OfAsync(TestApplication application, Guid id, Channel channel) =>
        (await application.DeliveriesAsync(id)).Single(delivery => delivery.Delivery.Channel == channel);

    private async Task ReceiveAsync(TestApplication application, Guid id, ReceiptKind kind)
    {
        var push = await OfAsync(application, id, Channel.Push);
        var known = await application
            .Get<IReceiptStore>()
            .AddAsync(Trigger.DefaultTenant, [new Receipt(push.Delivery.Id, kind, _time.GetUtcNow())], CancellationToken.None);
        Assert.Equal([true], known);
    }

    private Task<TestApplication> StartAsync(Outcome push) =>
        TestApplication.StartAsync(_passing.AddTo, new ScriptedProvider("push", Channel.Push, _ => push), _sms);
}
