using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>An application reads templates and reports receipts without a store interface.</summary>
public sealed class FacadeTests
{
    private const string Tenant = Trigger.DefaultTenant;

    private readonly ManualTime _time = new();
    private readonly ScriptedProvider _push = new("push", Channel.Push, _ => Outcome.Sent());
    private readonly ScriptedProvider _sms = new("sms", Channel.Sms, _ => Outcome.Sent());

    [Fact]
    public async Task A_template_is_found_in_each_version_until_it_is_deleted()
    {
        await using var application = await StartAsync();
        foreach (var body in new[] { "first", "second" })
            await SaveAsync(application, "news", body);

        Assert.Equal("second", (await application.Templates.FindAsync(Tenant, "news"))!.Variants[0].Body);
        var first = (await application.Templates.FindAsync(Tenant, "news", version: 1))!;
        Assert.Equal((1, "first"), (first.Version, first.Variants[0].Body));
        Assert.Null(await application.Templates.FindAsync(Tenant, "news", version: 3));
        Assert.Null(await application.Templates.FindAsync("other", "news"));

        Assert.True(await application.Templates.DeleteAsync(Tenant, "news"));
        Assert.Null(await application.Templates.FindAsync(Tenant, "news"));
    }

    [Fact]
    public async Task Templates_are_listed_page_by_page_and_by_prefix()
    {
        await using var application = await StartAsync();
        foreach (var name in new[] { "a-1", "a-2", "a-3", "b-1" })
            await SaveAsync(application, name, "text");
        await SaveAsync(application, "a-2", "text 2");

        var first = await application.Templates.ListAsync(Tenant, new PageRequest { Prefix = "a-", Limit = 2 });
        var second = await application.Templates.ListAsync(
            Tenant,
            new PageRequest
            {
                Prefix = "a-",
                Limit = 2,
                After = first.Next!,
            }
        );

        Assert.Equal(
            [("a-1", 1), ("a-2", 2), ("a-3", 1)],
            first.Items.Concat(second.Items).Select(one => (one.Name, one.Version))
        );
        Assert.Null(second.Next);
        Assert.Equal(4, (await application.Templates.ListAsync(Tenant)).Items.Count);
        foreach (var limit in new[] { 0, 501 })
        {
            var error = await Assert.ThrowsAsync<InvalidRequestException>(() =>
                application.Templates.ListAsync(Tenant, new PageRequest { Limit = limit })
            );
            Assert.Equal("limit", Assert.Single(error.Errors).Field);
        }
    }

    [Fact]
    public async Task A_receipt_cancels_the_fallback_and_unknown_deliveries_are_named()
    {
        await using var application = await StartAsync();
        await application.Directory.SaveUserAsync(
            new User
            {
                Id = "ada",
                Addresses = new Dictionary<string, string> { ["phone"] = "+46701234567" },
            }
        );
        await application.Directory.RegisterDeviceAsync(
            new Device
            {
                Id = "phone",
                UserId = "ada",
                Platform = Platform.Ios,
                Token = "token",
            }
        );
        var id = await application.SendAsync(
            TestApplication.Say(Recipient.User("ada")) with
            {
                Channels = [Channel.Push],
                Fallback = [new FallbackStep(Channel.Sms, TimeSpan.FromMinutes(5))],
            }
        );
        var sent = await Eventually.FindAsync(
            async () => (await application.DeliveriesAsync(id)).FirstOrDefault(one => one.State == DeliveryState.Sent),
            "the push message"
        );
        var stranger = Guid.NewGuid();

        // The clock of the app is an hour ahead.
        var added = await application
            .Get<IReceipts>()
            .AddAsync(
                Tenant,
                [
                    new Receipt(sent.Delivery.Id, ReceiptKind.Opened, _time.GetUtcNow().AddHours(1)),
                    new Receipt(stranger, ReceiptKind.Opened, _time.GetUtcNow()),
                ]
            );

        Assert.Equal(1, added.Kept);
        Assert.Equal([stranger], added.Unknown);
        var deliveries = await application.DeliveriesAsync(id);
        var receipt = Assert.Single(deliveries.Single(one => one.Delivery.Id == sent.Delivery.Id).Receipts);
        Assert.Equal((ReceiptKind.Opened, _time.GetUtcNow()), (receipt.Kind, receipt.At));
        Assert.Equal(DeliveryState.Cancelled, deliveries.Single(one => one.Delivery.Channel == Channel.Sms).State);
        Assert.Equal(
            [stranger, sent.Delivery.Id],
            (await application.Get<IReceipts>().AddAsync("other", [new(stranger, ReceiptKind.Opened, default), receipt])).Unknown
        );
    }

    [Fact]
    public async Task Every_invalid_receipt_is_named_and_none_is_stored()
    {
        await using var application = await StartAsync();
        var receipts = application.Get<IReceipts>();
        Receipt[] given =
        [
            new(Guid.NewGuid(), ReceiptKind.Create("greeted"), _time.GetUtcNow()),
            new(Guid.NewGuid(), ReceiptKind.Opened, _time.GetUtcNow()) { Detail = new string('x', 1_001) },
            new(Guid.NewGuid(), default, _time.GetUtcNow()),
        ];

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => receipts.AddAsync(Tenant, given));

        Assert.Equal(["receipts[0].kind", "receipts[1].detail", "receipts[2].kind"], refused.Errors.Select(error => error.Field));
        Receipt one = new(Guid.NewGuid(), ReceiptKind.Opened, _time.GetUtcNow());
        Assert.Equal(FieldErrorCodes.TooMany, Assert.Single(receipts.Validate([.. Enumerable.Repeat(one, 1_001)])).Code);
        Assert.Empty(receipts.Validate([.. Enumerable.Repeat(one, 1_000)]));
    }

    private Task<TestApplication> StartAsync() => TestApplication.StartAsync(_time, _push, _sms);

    private static Task SaveAsync(TestApplication application, string name, string body) =>
        application.Templates.SaveAsync(new Template { Name = name, Variants = [new TemplateVariant { Body = body }] });
}
