using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;

namespace Notify.Core.Tests;

/// <summary>Tests of contents that only some providers send: those with a sender, and those with attachments by URL.</summary>
public sealed class ContentRoutingTests
{
    private static readonly Content FromNews = new()
    {
        Body = "Text",
        Email = new EmailContent { From = "news@example.org" },
        Sms = new SmsContent { From = "Shop" },
    };

    private static readonly Content ByUrl = new()
    {
        Body = "Text",
        Attachments = [new Attachment { Url = "https://files.example.org/a.pdf" }],
    };

    [Fact]
    public async Task Only_providers_that_allow_the_sender_send_and_take_over()
    {
        var (plain, first, other, last) = (Mail("plain"), Mail("first", fails: true), Mail("other"), Mail("last"));
        await using var application = await StartAsync(
            [
                new Rules("first", ["news@example.org"]),
                new Rules("other", ["x@example.org"]),
                new Rules("last", ["news@example.org"]),
            ],
            plain,
            first,
            other,
            last
        );

        var ended = await application.EndedDeliveryAsync(await application.SendAsync(Trigger(FromNews)));

        Assert.Equal(DeliveryState.Sent, ended.State);
        Assert.Equal(["first", "last"], ended.Attempts.Select(attempt => attempt.Provider));
        Assert.Empty(plain.Sent);
        Assert.Empty(other.Sent);
    }

    [Fact]
    public async Task Other_contents_are_sent_by_all_providers()
    {
        var (plain, allowing) = (Mail("plain"), Mail("allowing"));
        await using var application = await StartAsync([new Rules("allowing", ["news@example.org"])], plain, allowing);

        var ended = await application.EndedDeliveryAsync(
            await application.SendAsync(
                Trigger(
                    new Content
                    {
                        Body = "Text",
                        Email = new EmailContent { ReplyTo = ["a@example.org"] },
                    }
                )
            )
        );

        Assert.Equal("plain", Assert.Single(ended.Attempts).Provider);
    }

    [Fact]
    public async Task A_topic_is_served_by_the_provider_that_allows_the_sender()
    {
        var (plain, allowing) = (Mail("plain"), Mail("allowing"));
        await using var application = await StartAsync([new Rules("allowing", ["news@example.org"])], plain, allowing);
        await application.Directory.SaveUserAsync(
            new User
            {
                Id = "ada",
                Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
            }
        );
        await application.Directory.SubscribeAsync(Notify.Trigger.DefaultTenant, "news", ["ada"]);

        var id = await application.SendAsync(Trigger(FromNews) with { To = Recipient.Topic("news") });

        await Notify.TestSupport.Eventually.TrueAsync(() => allowing.Sent.Count == 1, "the broadcast");
        Assert.Equal(id, Assert.Single(allowing.Sent).NotificationId);
        Assert.Empty(plain.Sent);
    }

    [Theory]
    [InlineData(false, "content.email.from")]
    [InlineData(true, "content.attachments[0].url")]
    public async Task A_content_that_no_provider_sends_is_refused_with_what_each_allows(bool byUrl, string field)
    {
        await using var application = await StartAsync([new Rules("strict", ["x@example.org"])], Mail("plain"), Mail("strict"));

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync(Trigger(byUrl ? ByUrl : FromNews with { Sms = null }))
        );

        var error = Assert.Single(refused.Errors);
        Assert.Equal((field, FieldErrorCodes.NotAllowed), (error.Field, error.Code));
        Assert.Contains("'plain'", error.Message, StringComparison.Ordinal);
        Assert.Contains(byUrl ? "strict" : "x@example.org", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Shop", null)]
    [InlineData("+46701234567", null)]
    [InlineData("SHOP", FieldErrorCodes.NotAllowed)]
    [InlineData("Twelve chars", FieldErrorCodes.Invalid)]
    [InlineData("12", FieldErrorCodes.Invalid)]
    [InlineData("", FieldErrorCodes.Invalid)]
    [InlineData("Shop\n", FieldErrorCodes.Invalid)]
    [InlineData("Åsa", FieldErrorCodes.Invalid)]
    public async Task The_sender_of_an_sms_has_the_form_of_one_and_is_allowed(string sender, string? code)
    {
        var sms = new ScriptedProvider("sms", Channel.Sms, _ => Outcome.Sent());
        await using var application = await StartAsync(
            [new SmsRules("sms", 160) { AllowedFrom = ["Shop", "+46701234567"] }],
            sms
        );
        var trigger = Trigger(
            new Content
            {
                Body = "Text",
                Sms = new SmsContent { From = sender },
            }
        ) with
        {
            To = Recipient.Phone("+46701740605"),
        };

        var errors = application.Notifier.Validate(trigger);

        Assert.Equal(code is null ? [] : [("content.sms.from", code)], errors.Select(error => (error.Field, error.Code)));
    }

    /// <summary>Before the address of a user is known, any provider of the channel may become the one that sends.</summary>
    [Theory]
    [InlineData("content.body", "short")]
    [InlineData("content.body", "short", "shorter")]
    [InlineData(null, "short", "long")]
    [InlineData(null, "long", "short")]
    [InlineData(null, "short", "without")]
    public async Task A_content_is_refused_only_if_no_provider_of_the_channel_accepts_it(string? field, params string[] names)
    {
        await using var application = await StartAsync(
            [new SmsRules("shorter", 5), new SmsRules("short", 10), new SmsRules("long", 100)],
            [.. names.Select(name => new ScriptedProvider(name, Channel.Sms, _ => Outcome.Sent()))]
        );
        var trigger = Trigger(new Content { Body = new string('x', 50) }) with
        {
            To = Recipient.User("ada"),
            Channels = [Channel.Sms],
        };

        var errors = application.Notifier.Validate(trigger);

        Assert.Equal(field is null ? [] : [field], errors.Select(error => error.Field));
        // The first provider would be asked first, so its reason is the one that helps.
        Assert.All(errors, error => Assert.Contains("10", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sender_that_no_provider_allows_any_more_is_rejected_when_it_is_sent()
    {
        var rules = new Rules("mail", ["news@example.org"]);
        var mail = new ScriptedProvider("mail", Channel.Email, _ =>
        {
            rules.Allowed = [];
            return Outcome.Retry("later", TimeSpan.FromMilliseconds(1));
        });
        await using var application = await StartAsync([rules], mail);

        var ended = await application.EndedDeliveryAsync(await application.SendAsync(Trigger(FromNews)));

        Assert.Equal(DeliveryState.DeadLetter, ended.State);
        Assert.Equal("no provider for 'email' allows the sender and the attachments of the content", ended.Reason);
        Assert.Single(mail.Sent);
    }

    private static Task<TestApplication> StartAsync(IEnumerable<IProviderRules> rules, params IDeliveryProvider[] providers) =>
        TestApplication.StartAsync(
            builder =>
            {
                foreach (var rule in rules)
                    builder.Services.AddSingleton(rule);
            },
            providers
        );

    private static ScriptedProvider Mail(string name, bool fails = false) =>
        new(name, Channel.Email, _ => fails ? Outcome.ProviderFailed("down") : Outcome.Sent());

    private static Trigger Trigger(Content content) => new() { To = Recipient.Email("ada@example.org"), Content = content };

    private sealed class Rules(string provider, string[] allowed) : IProviderRules
    {
        public string Provider => provider;

        public string[] Allowed { get; set; } = allowed;

        public string? FindAddressError(Address address) => null;

        public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides) => [];

        public string? FindSenderError(string sender) =>
            Allowed.Contains(sender) ? null : $"Only {string.Join(", ", Allowed)} is allowed.";
    }
}
