using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers.Sandbox;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Client.Tests;

/// <summary>
/// Facts about an <see cref="INotifier"/> that hold in an application that embeds Notify and in one that calls a service.
/// </summary>
public abstract class NotifierFacts : IAsyncLifetime
{
    private Service _service = null!;
    private INotifier _notifier = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await Service.StartAsync();
        _notifier = await StartAsync(_service);
        var templates = _service.Embedded.GetRequiredService<ITemplateCatalog>();
        await templates.SaveAsync(new Template { Name = "t", Variants = [new TemplateVariant { Body = "Hi {{ name }}" }] });
        await templates.SaveAsync(
            new Template { Name = "news", Variants = [new TemplateVariant { Body = "{{ events.size }}" }] }
        );
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private protected abstract Task<INotifier> StartAsync(Service service);

    public static TheoryData<string> Samples => [.. Triggers.Keys];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_trigger_is_stored_as_it_was_given(string sample)
    {
        var trigger = Triggers[sample] with { IdempotencyKey = "key" };

        var result = await _notifier.TriggerAsync(trigger);

        var stored = await _service
            .Embedded.GetRequiredService<INotificationStore>()
            .FindAsync(Trigger.DefaultTenant, result.Id, CancellationToken.None);
        Assert.Equal(JsonSerializer.Serialize(trigger), JsonSerializer.Serialize(Complete(stored!, trigger)));
    }

    [Fact]
    public async Task A_message_arrives()
    {
        await _notifier.TriggerAsync(Create("ada@example.org"));

        var sandbox = _service.Embedded.GetRequiredService<ISandbox>();
        await Eventually.TrueAsync(() => sandbox.Messages.Count == 1, "the message");
        Assert.Equal("ada@example.org", sandbox.Messages[0].Address);
    }

    [Fact]
    public async Task The_same_key_and_body_are_one_notification_and_another_body_is_a_conflict()
    {
        var trigger = Create("ada@example.org") with { IdempotencyKey = "order-1" };

        var first = await _notifier.TriggerAsync(trigger);
        var second = await _notifier.TriggerAsync(trigger);
        var conflict = await Assert.ThrowsAsync<IdempotencyConflictException>(() =>
            _notifier.TriggerAsync(trigger with { Category = "other" })
        );

        Assert.False(first.IsDuplicate);
        Assert.Equal((first.Id, true), (second.Id, second.IsDuplicate));
        Assert.Equal(first.Id, conflict.ExistingId);
    }

    [Fact]
    public async Task Every_invalid_field_is_named()
    {
        var invalid = new Trigger
        {
            To = [Recipient.Email("no address"), Recipient.User(""), Recipient.Topic("news")],
            Throttle = new Throttle(0, TimeSpan.FromMinutes(1)),
        };

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() => _notifier.TriggerAsync(invalid));

        Assert.Equal(
            ["category required", "content required", "throttle.max out_of_range", "to[0] invalid_address", "to[1] required"],
            exception.Errors.Select(error => $"{error.Field} {error.Code}").Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Recipients_that_get_nothing_are_reported()
    {
        var trigger = Create("ada@example.org") with
        {
            To = [Recipient.User("unknown"), Recipient.Email("ada@example.org")],
            OnUnknownRecipient = UnknownRecipientBehavior.Skip,
        };

        var result = await _notifier.TriggerAsync(trigger);

        var skipped = Assert.Single(result.Skipped);
        Assert.Equal(
            (1, SkipCodes.UnknownUser, Recipient.User("unknown")),
            (result.SkippedTotal, skipped.Code, skipped.Recipient)
        );
    }

    [Fact]
    public async Task Many_triggers_have_their_outcomes_in_order()
    {
        var triggers = Enumerable.Range(0, 600).Select(i => Create($"u{i}@example.org") with { Reference = $"r{i}" }).ToArray();
        triggers[300] = Create("no address");
        triggers[599] = triggers[598] = triggers[598] with { IdempotencyKey = "twice" };

        var outcomes = await _notifier.TriggerManyAsync(triggers);

        Assert.Equal(600, outcomes.Count);
        Assert.Equal("to[0]", Assert.IsType<InvalidRequestException>(outcomes[300].Error).Errors.Single().Field);
        Assert.Equal([true], outcomes.Where((_, i) => i != 300).Select(outcome => outcome.Error is null).Distinct());
        Assert.Equal(outcomes[598].Result!.Value.Id, outcomes[599].Result!.Value.Id);
        var store = _service.Embedded.GetRequiredService<INotificationStore>();
        foreach (var i in (int[])[0, 255, 256, 597])
        {
            var stored = await store.FindAsync(Trigger.DefaultTenant, outcomes[i].Result!.Value.Id, CancellationToken.None);
            Assert.Equal($"r{i}", stored!.Trigger.Reference);
        }
    }

    [Fact]
    public async Task A_notification_is_cancelled_by_its_id_and_by_its_reference()
    {
        var later = Create("ada@example.org") with { SendAt = DateTimeOffset.UtcNow.AddHours(1), Reference = "order/1" };
        var first = await _notifier.TriggerAsync(later);
        await _notifier.TriggerAsync(later);
        await _notifier.TriggerAsync(later);

        var one = await _notifier.CancelAsync(Trigger.DefaultTenant, first.Id);
        var others = await _notifier.CancelAsync(
            new CancellationTarget { Tenant = Trigger.DefaultTenant, Reference = "order/1" }
        );
        var none = await _notifier.CancelAsync(Trigger.DefaultTenant, Guid.NewGuid());

        Assert.Equal((1L, 1), (one!.Cancelled, one.CancelledIds.Count));
        Assert.Equal((2L, 1L, 3L), (others.Cancelled, others.Ended, others.Notifications));
        Assert.Null(none);
        await Assert.ThrowsAsync<InvalidRequestException>(() =>
            _notifier.CancelAsync(new CancellationTarget { Tenant = Trigger.DefaultTenant })
        );
    }

    private static Trigger Create(string address) =>
        new()
        {
            To = Recipient.Email(address),
            Content = new Content { Title = "A title", Body = "Grüße, 世界\n\"quoted\"" },
        };

    // The store keeps the content of a notification apart from its trigger, with the opt-out of tracking, and the version of the
    // template that was used.
    private static Trigger Complete(Notification stored, Trigger given) =>
        stored.Trigger with
        {
            Content = given.Content is null ? null : stored.Contents.Single().Content with { Track = given.Content.Track },
            TemplateVersion = given.TemplateVersion,
        };

    private static readonly Dictionary<string, Trigger> Triggers = new()
    {
        ["content"] = Create("ada@example.org"),
        ["recipients"] = new()
        {
            Template = "t",
            DataElement = JsonElement.Parse("""{"name":"you"}"""),
            To =
            [
                Recipient.Email("ada@example.org") with
                {
                    DataElement = JsonElement.Parse("""{"name":"Ada","n":[1,null]}"""),
                },
                Recipient.Phone("+46701234567"),
                Recipient.Webhook("https://example.org/hook"),
                Recipient.Topic("news"),
                Recipient.User("unknown"),
            ],
            OnUnknownRecipient = UnknownRecipientBehavior.Skip,
        },
        ["template"] = new()
        {
            To = Recipient.Email("ada@example.org"),
            Template = "t",
            TemplateVersion = 1,
            DataElement = JsonElement.Parse("""{"name":"Ada","nested":{"a":[1,2.5,"x"]}}"""),
        },
        ["route"] = Create("ada@example.org") with
        {
            Channels = [Channel.Email],
            Fallback = [new FallbackStep(Channel.Sms, TimeSpan.FromMinutes(90)) { Unless = ReceiptKind.Opened }],
            To = [Recipient.User("unknown")],
            OnUnknownRecipient = UnknownRecipientBehavior.Skip,
        },
        ["throttle"] = Create("ada@example.org") with { Category = "c", Throttle = new Throttle(3, TimeSpan.FromDays(2)) },
        ["digest"] = new()
        {
            To = Recipient.Email("ada@example.org"),
            Template = "news",
            DataElement = JsonElement.Parse("""{"name":"Ada"}"""),
            Digest = new Digest { Window = TimeSpan.FromSeconds(75), Key = "k" },
        },
        ["times"] = Create("ada@example.org") with
        {
            SendAt = new DateTimeOffset(DateTime.UtcNow.Date.AddDays(9).AddTicks(1), TimeSpan.Zero),
            ExpiresAt = new DateTimeOffset(DateTime.UtcNow.Date.AddDays(10), TimeSpan.Zero),
        },
        ["local time"] = Create("ada@example.org") with { SendAtLocal = DateTime.UtcNow.Date.AddDays(9).AddHours(9.5) },
        ["labels"] = Create("ada@example.org") with
        {
            Category = "c",
            CollapseKey = "collapse",
            Track = false,
            Priority = Priority.High,
            Reference = "r",
            CancellationKey = "cancel",
            Tags = ["a", "b"],
            Metadata = new Dictionary<string, string> { ["k"] = "v" },
        },
        ["email"] = Create("ada@example.org") with
        {
            Content = new Content
            {
                Title = "t",
                Html = "<img src=\"cid:logo\">",
                Attachments = [new Attachment("a.pdf", "application/pdf", new byte[] { 1, 2, 255 })],
                Email = new EmailContent
                {
                    From = new Mailbox("shop@example.org", "Shop"),
                    ReplyTo = [new Mailbox("help@example.org")],
                    Cc = [new Mailbox("cc@example.org")],
                    Bcc = [new Mailbox("bcc@example.org")],
                    Headers = new Dictionary<string, string> { ["X-Order"] = "1" },
                    InlineImages = [new InlineImage("logo", "image/png", new byte[] { 9, 8 })],
                },
            },
        },
        ["other contents"] = Create("ada@example.org") with
        {
            To = Recipient.PushToken(new string('a', 64), Platform.Ios),
            Content = new Content
            {
                Title = "t",
                Body = "b",
                Data = new Dictionary<string, string> { ["id"] = "1" },
                Push = new PushContent
                {
                    ImageUrl = "https://example.org/a.png",
                    Link = "https://example.org/",
                    Sound = "default",
                    Badge = 3,
                    Action = "open",
                    Thread = "th",
                },
                Overrides = new Dictionary<string, JsonElement>
                {
                    ["apns"] = JsonElement.Parse("""{"payload":{"aps":{"badge":1}}}"""),
                },
                Sms = new SmsContent { From = "Shop" },
                Inbox = new InboxContent
                {
                    Url = "/orders/1",
                    ImageUrl = "https://example.org/a.png",
                    Actions = [new InboxAction { Label = "Open", Url = "/o" }],
                },
            },
        },
    };
}

/// <summary>The notifier of an application that embeds Notify.</summary>
public sealed class EmbeddedNotifierTests : NotifierFacts
{
    private protected override Task<INotifier> StartAsync(Service service) =>
        Task.FromResult(service.Embedded.GetRequiredService<INotifier>());
}

/// <summary>The notifier of an application that calls a service.</summary>
public sealed class RemoteNotifierTests : NotifierFacts
{
    private protected override Task<INotifier> StartAsync(Service service) => service.StartClientAsync();
}
