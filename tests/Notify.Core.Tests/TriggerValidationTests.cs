using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

public sealed class TriggerValidationTests
{
    private static readonly ManualTime Time = new();

    private static readonly Dictionary<string, (string Field, Trigger Trigger)> Wrong = new()
    {
        ["an empty tenant"] = ("tenant", Good() with { Tenant = "" }),
        ["a tenant with a line break"] = ("tenant", Good() with { Tenant = "a\nb" }),
        ["a tenant too long"] = ("tenant", Good() with { Tenant = new string('a', 257) }),
        ["no recipients"] = ("to", Good() with { To = [] }),
        ["null for recipients"] = ("to", Good() with { To = null! }),
        ["too many recipients"] = (
            "to",
            Good() with
            {
                To = [.. Enumerable.Range(0, 1_001).Select(i => Recipient.Email($"u{i}@example.org"))],
            }
        ),
        ["a null recipient"] = ("to[1]", Good() with { To = [Recipient.Email("ada@example.org"), null!] }),
        ["a user without an id"] = ("to[0]", Good() with { To = Recipient.User("") }),
        ["a topic without a name"] = ("to[0]", Good() with { To = Recipient.Topic("") }),
        ["an unknown user"] = ("to[1]", Good() with { To = [Recipient.Email("ada@example.org"), Recipient.User("nobody")] }),
        ["an email address without a domain"] = ("to[0]", Good() with { To = Recipient.Email("ada") }),
        ["an email address with a display name"] = ("to[0]", Good() with { To = Recipient.Email("Ada <ada@example.org>") }),
        ["an email address with a line break"] = (
            "to[0]",
            Good() with
            {
                To = Recipient.Email("ada@example.org\r\nBcc: eve@example.org"),
            }
        ),
        ["a phone number without its country"] = ("to[0]", Good() with { To = Recipient.Phone("0701234567") }),
        ["a phone number with letters"] = ("to[0]", Good() with { To = Recipient.Phone("+4670CALLME") }),
        ["a webhook that is no URL"] = ("to[0]", Good() with { To = Recipient.Webhook("/relative") }),
        ["a webhook over ftp"] = ("to[0]", Good() with { To = Recipient.Webhook("ftp://example.org") }),
        ["a webhook with a space before it"] = ("to[0]", Good() with { To = Recipient.Webhook(" https://example.org/") }),
        ["a webhook with a space within it"] = ("to[0]", Good() with { To = Recipient.Webhook("https://example.org/a b") }),
        ["a webhook at port 0"] = ("to[0]", Good() with { To = Recipient.Webhook("https://example.org:0/") }),
        ["a tenant of white space"] = ("tenant", Good() with { Tenant = "  " }),
        ["an idempotency key of white space"] = ("idempotencyKey", Good() with { IdempotencyKey = " \u3000" }),
        ["a category of white space"] = ("category", Good() with { Category = "\u00a0" }),
        ["a webhook with a backslash"] = ("to[0]", Good() with { To = Recipient.Webhook(@"https://example.org/a\b") }),
        ["an address too long"] = ("to[0]", Good() with { To = Recipient.PushToken(new string('a', 4_097), Platform.Ios) }),
        ["an address with a control character"] = ("to[0]", Good() with { To = Recipient.PushToken("a\u0007b", Platform.Ios) }),
        ["a negative badge"] = (
            "content.push.badge",
            Good() with
            {
                Content = new Content
                {
                    Title = "Hello",
                    Push = new PushContent { Badge = -1 },
                },
            }
        ),
        ["a webhook with a password"] = ("to[0]", Good() with { To = Recipient.Webhook("https://u:p@example.org") }),
        ["an empty push token"] = ("to[0]", Good() with { To = Recipient.PushToken(" ", Platform.Ios) }),
        ["a recipient's channel that nobody sends over"] = (
            "to[0]",
            Good() with
            {
                To = Recipient.Address(Channel.Create("fax"), "1"),
            }
        ),
        ["no content and no template"] = ("content", Good() with { Content = null }),
        ["content and a template"] = ("template", Good() with { Template = "welcome" }),
        ["content that says nothing"] = ("content", Good() with { Content = new Content { Title = "" } }),
        ["an SMS without a body"] = (
            "content.body",
            Good() with
            {
                To = Recipient.Phone("+46701740605"),
                Content = new Content { Title = "Hello" },
            }
        ),
        ["an SMS with an empty body"] = (
            "content.body",
            Good() with
            {
                To = [Recipient.Email("ada@example.org"), Recipient.Phone("+46701740605")],
                Content = new Content { Title = "Hello", Body = "" },
            }
        ),
        ["SMS as the only channel without a body"] = (
            "content.body",
            Good() with
            {
                To = Recipient.User("ada"),
                Channels = [Channel.Sms],
                Content = new Content { Html = "<p>Hello</p>" },
            }
        ),
        ["a fallback to SMS without a body"] = (
            "content.body",
            Good() with
            {
                Content = new Content { Title = "Hello" },
                Fallback = [Step(Channel.Sms)],
            }
        ),
        ["a title on two lines"] = ("content.title", Good() with { Content = new Content { Title = "a\r\nX: b" } }),
        ["an unknown template"] = ("template", Good() with { Content = null, Template = "nowhere" }),
        ["data that is no object"] = ("data", Good() with { Data = new[] { 1, 2 } }),
        ["no channels"] = ("channels", Good() with { Channels = [] }),
        ["a channel that nobody sends over"] = ("channels[1]", Good() with { Channels = [Channel.Email, Channel.Create("fax")] }),
        ["a channel without a name"] = ("channels[1]", Good() with { Channels = [Channel.Email, default] }),
        ["an address whose channel is left out"] = ("to[0]", Good() with { Channels = [Channel.Sms] }),
        ["an expiry that has passed"] = ("expiresAt", Good() with { ExpiresAt = Time.GetUtcNow() }),
        ["an expiry before the schedule"] = (
            "expiresAt",
            Good() with
            {
                SendAt = Time.GetUtcNow().AddHours(2),
                ExpiresAt = Time.GetUtcNow().AddHours(1),
            }
        ),
        ["two schedules"] = ("sendAtLocal", Good() with { SendAt = Time.GetUtcNow(), SendAtLocal = Time.GetUtcNow().DateTime }),
        ["a schedule at the begin of the calendar"] = ("sendAt", Good() with { SendAt = DateTimeOffset.MinValue }),
        ["a schedule at the end of the calendar"] = ("sendAt", Good() with { SendAt = DateTimeOffset.MaxValue }),
        ["a schedule of more than ten years ago"] = ("sendAt", Good() with { SendAt = Time.GetUtcNow().AddDays(-3_651) }),
        ["a local schedule at the begin of the calendar"] = ("sendAtLocal", Good() with { SendAtLocal = DateTime.MinValue }),
        ["a local schedule at the end of the calendar"] = ("sendAtLocal", Good() with { SendAtLocal = DateTime.MaxValue }),
        ["an expiry at the begin of the calendar"] = ("expiresAt", Good() with { ExpiresAt = DateTimeOffset.MinValue }),
        ["an expiry at the end of the calendar"] = ("expiresAt", Good() with { ExpiresAt = DateTimeOffset.MaxValue }),
        ["an expiry long after every schedule"] = ("expiresAt", Good() with { ExpiresAt = Time.GetUtcNow().AddDays(457) }),
        ["an expiry before the local schedule in every zone"] = (
            "expiresAt",
            Good() with
            {
                SendAtLocal = Time.GetUtcNow().DateTime.AddDays(2),
                ExpiresAt = Time.GetUtcNow().AddDays(1),
            }
        ),
        ["a schedule too far ahead"] = ("sendAt", Good() with { SendAt = Time.GetUtcNow().AddDays(367) }),
        ["a local schedule too far ahead"] = (
            "sendAtLocal",
            Good() with
            {
                SendAtLocal = Time.GetUtcNow().DateTime.AddDays(367),
            }
        ),
        ["a priority that does not exist"] = ("priority", Good() with { Priority = (Priority)7 }),
        ["an empty fallback"] = ("fallback", Good() with { Fallback = [] }),
        ["a fallback of nine"] = ("fallback", Good() with { Fallback = [.. Enumerable.Repeat(Step(Channel.Sms), 9)] }),
        ["a null fallback"] = ("fallback[0]", Good() with { Fallback = [null!] }),
        ["a fallback that nobody sends over"] = ("fallback[0].channel", Good() with { Fallback = [Step(Channel.Create("fax"))] }),
        ["a fallback to what is used before"] = (
            "fallback[1].channel",
            Good() with
            {
                Fallback = [Step(Channel.Sms), Step(Channel.Sms)],
            }
        ),
        ["a fallback that no address can use"] = ("fallback[0].channel", Good() with { Fallback = [Step(Channel.Sms)] }),
        ["a second fallback that no address can use"] = (
            "fallback[1].channel",
            Good() with
            {
                To = [Recipient.Email("ada@example.org"), Recipient.Phone("+46701740605")],
                Channels = [Channel.Email],
                Fallback = [Step(Channel.Sms), Step(Channel.Webhook)],
            }
        ),
        ["a fallback to push without a token"] = (
            "fallback[0].channel",
            Good() with
            {
                To = [Recipient.Webhook("https://example.org/"), Recipient.Phone("+46701740605")],
                Fallback = [Step(Channel.Push)],
            }
        ),
        ["a fallback after less than a second"] = (
            "fallback[0].after",
            Good() with
            {
                Fallback = [Step(Channel.Sms) with { After = TimeSpan.FromTicks(1) }],
            }
        ),
        ["a fallback after 8 days"] = (
            "fallback[0].after",
            Good() with
            {
                Fallback = [Step(Channel.Sms) with { After = TimeSpan.FromDays(8) }],
            }
        ),
        ["an empty idempotency key"] = ("idempotencyKey", Good() with { IdempotencyKey = "" }),
        ["an idempotency key too long"] = ("idempotencyKey", Good() with { IdempotencyKey = new string('k', 257) }),
        ["an empty category"] = ("category", Good() with { Category = "" }),
        ["an empty collapse key"] = ("collapseKey", Good() with { CollapseKey = "" }),
        ["an empty reference"] = ("reference", Good() with { Reference = "" }),
        ["a reference too long"] = ("reference", Good() with { Reference = new string('r', 257) }),
        ["a reference with half a character"] = ("reference", Good() with { Reference = "a\ud83d" }),
        ["a cancellation key with a line break"] = ("cancellationKey", Good() with { CancellationKey = "a\nb" }),
        ["eleven tags"] = ("tags", Good() with { Tags = [.. Enumerable.Range(0, 11).Select(i => $"t{i}")] }),
        ["a tag too long"] = ("tags[1]", Good() with { Tags = ["a", new string('t', 65)] }),
        ["a null tag"] = ("tags[0]", Good() with { Tags = [null!] }),
        ["a tag twice"] = ("tags[2]", Good() with { Tags = ["a", "b", "a"] }),
        ["too much metadata"] = (
            "metadata",
            Good() with
            {
                Metadata = Enumerable.Range(0, 21).ToDictionary(i => $"{i}", _ => ""),
            }
        ),
        ["metadata whose name is too long"] = (
            "metadata",
            Good() with
            {
                Metadata = new Dictionary<string, string> { [new string('n', 65)] = "" },
            }
        ),
        ["metadata whose value is too long"] = (
            "metadata.a",
            Good() with
            {
                Metadata = new Dictionary<string, string> { ["a"] = new('v', 513) },
            }
        ),
        ["metadata with a null value"] = (
            "metadata.a",
            Good() with
            {
                Metadata = new Dictionary<string, string> { ["a"] = null! },
            }
        ),
        ["metadata with half a character"] = (
            "metadata.a",
            Good() with
            {
                Metadata = new Dictionary<string, string> { ["a"] = "\udc00" },
            }
        ),
        ["a collapse key too long"] = ("collapseKey", Good() with { CollapseKey = new string('k', 65) }),
    };

    public static TheoryData<string> Names => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_wrong_is_named_and_nothing_is_stored(string name)
    {
        var stored = 0;
        await using var application = await TestApplication.StartAsync(
            Time,
            builder =>
                builder
                    .UseInMemory()
                    .Services.Decorate<IDeliveryQueue>(queue => new QueueProbe(queue) { Enqueued = () => stored++ }),
            [.. new[] { Channel.Email, Channel.Sms, Channel.Push, Channel.Webhook }.Select(Accepting)]
        );

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.Notifier.TriggerAsync(Wrong[name].Trigger)
        );

        Assert.Contains(Wrong[name].Field, exception.Errors.Select(error => error.Field));
        Assert.Equal(0, stored);
        await application.SendAsync(Good());
        Assert.Equal(1, stored);
    }

    [Fact]
    public async Task A_fallback_is_accepted_if_some_recipient_may_use_it()
    {
        await using var application = await TestApplication.StartAsync(Accepting(Channel.Email), Accepting(Channel.Sms));
        await application.Directory.SaveUserAsync(new User { Id = "ada" });
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada"]);
        foreach (var other in (Recipient[])[Recipient.User("ada"), Recipient.Topic("news"), Recipient.Phone("+46701740605")])
        {
            await application.SendAsync(
                Good() with
                {
                    To = [Recipient.Email("ada@example.org"), other],
                    Fallback = [Step(Channel.Sms)],
                }
            );
        }
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_named_at_once_and_no_address_is_repeated()
    {
        await using var application = await TestApplication.StartAsync(Accepting(Channel.Email), Accepting(Channel.Sms));

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.Notifier.TriggerAsync(
                new Trigger
                {
                    To = [Recipient.Email("secret address"), Recipient.Phone("0700000007")],
                    Content = new Content { Title = "two\nlines" },
                    IdempotencyKey = "",
                }
            )
        );

        Assert.Equal(
            ["content.body", "content.title", "idempotencyKey", "to[0]", "to[1]"],
            exception.Errors.Select(error => error.Field).Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0700000007", exception.Message, StringComparison.Ordinal);
    }

    private static Trigger Good() => TestApplication.Say(Recipient.Email("ada@example.org"));

    private static FallbackStep Step(Channel channel) => new(channel, TimeSpan.FromMinutes(1));

    private static ScriptedProvider Accepting(Channel channel) => new($"p-{channel}", channel, _ => Outcome.Sent());
}
