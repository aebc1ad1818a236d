using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Tests;

/// <summary>Links by which recipients unsubscribe.</summary>
public sealed class UnsubscribeTests
{
    private const string Url = "https://example.org/notify/v1/unsubscribe";
    private const string Key = "0123456789abcdef0123456789abcdef";

    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    [Fact]
    public async Task A_link_ends_its_category_over_its_channel_and_nothing_else()
    {
        await using var application = await StartAsync();
        var link = CreateLink(application, await SendAsync(application, "news"));

        Assert.StartsWith($"{Url}/", link!.AbsoluteUri, StringComparison.Ordinal);
        Assert.True(await application.Get<IUnsubscribeLinks>().UnsubscribeAsync(GetToken(link)));

        Assert.Null(await SendAsync(application, "news"));
        Assert.NotNull(await SendAsync(application, "alarm"));
    }

    [Fact]
    public async Task A_link_of_a_notification_without_a_category_ends_the_channel()
    {
        await using var application = await StartAsync();
        var link = CreateLink(application, await SendAsync(application, null));

        Assert.True(await application.Get<IUnsubscribeLinks>().UnsubscribeAsync(GetToken(link!)));

        Assert.Null(await SendAsync(application, "alarm"));
    }

    [Fact]
    public async Task A_link_still_ends_only_its_category_after_its_notification_was_purged()
    {
        await using var application = await StartAsync();
        var link = CreateLink(application, await SendAsync(application, "news"));
        await application
            .Get<IRetentionStore>()
            .PurgeNotificationsAsync(DateTimeOffset.UtcNow.AddHours(1), 100, CancellationToken.None);

        Assert.True(await application.Get<IUnsubscribeLinks>().UnsubscribeAsync(GetToken(link!)));

        Assert.Null(await SendAsync(application, "news"));
        Assert.NotNull(await SendAsync(application, "alarm"));
        Assert.NotNull(await SendAsync(application, null));
    }

    [Fact]
    public async Task A_link_is_the_same_for_every_delivery_of_its_user_channel_and_category()
    {
        await using var application = await StartAsync();
        Uri[] links =
        [
            CreateLink(application, await SendAsync(application, "news"))!,
            CreateLink(application, await SendAsync(application, "news"))!,
            CreateLink(application, await SendAsync(application, "alarm"))!,
            CreateLink(application, await SendAsync(application, null))!,
        ];

        Assert.Equal(links[0], links[1]);
        Assert.Equal(3, links.Distinct().Count());
    }

    [Theory]
    [InlineData("0192d0c0ffee7000a000000000000001\u001femail\u001fdefault\u001fada")]
    [InlineData("unsubscribe-2\u001fdefault\u001fada\u001femail")]
    [InlineData("unsubscribe-2\u001fdefault\u001fada\u001femail\u001fnews\u001fmore")]
    [InlineData("unsubscribe-3\u001fdefault\u001fada\u001femail\u001fnews")]
    public async Task A_signed_token_of_another_form_is_refused(string signed)
    {
        await using var application = await StartAsync();
        var content = Encoding.UTF8.GetBytes(signed);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), content)[..16];
        var token = Base64Url.EncodeToString([.. signature, .. content]);

        Assert.False(application.Get<IUnsubscribeLinks>().IsGenuine(token));
        Assert.False(await application.Get<IUnsubscribeLinks>().UnsubscribeAsync(token));
        Assert.NotNull(await SendAsync(application, "news"));
    }

    [Fact]
    public async Task A_link_works_twice()
    {
        await using var application = await StartAsync();
        var token = GetToken(CreateLink(application, await SendAsync(application, "news"))!);

        Assert.True(await application.Get<IUnsubscribeLinks>().UnsubscribeAsync(token));
        Assert.True(await application.Get<IUnsubscribeLinks>().UnsubscribeAsync(token));

        Assert.Equal([Choice.OptOut("news", Channel.Email)], await application.Directory.GetChoicesAsync("ada"));
    }

    [Fact]
    public async Task A_link_that_was_changed_or_cut_or_made_with_another_key_does_nothing()
    {
        await using var application = await StartAsync();
        await using var stranger = await StartAsync(key: new string('x', 32));
        var token = GetToken(CreateLink(application, await SendAsync(application, "news"))!);
        var foreign = GetToken(CreateLink(stranger, await SendAsync(stranger, "news"))!);
        var links = application.Get<IUnsubscribeLinks>();

        string[] wrong =
        [
            foreign,
            "",
            "a",
            "!",
            token[..^1],
            token[1..],
            token + "AAAA",
            new string('A', token.Length),
            .. Enumerable.Range(0, token.Length - 1).Select(i => token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..]),
        ];

        foreach (var forged in wrong)
        {
            Assert.False(links.IsGenuine(forged), forged);
            Assert.False(await links.UnsubscribeAsync(forged), forged);
        }

        Assert.True(links.IsGenuine(token));
        Assert.NotNull(await SendAsync(application, "news"));
    }

    [Fact]
    public async Task A_direct_address_has_no_link()
    {
        await using var application = await StartAsync();
        await application.EndedDeliveryAsync(await application.SendAsync(Recipient.Email("eve@example.org")));

        Assert.Null(CreateLink(application, Assert.Single(_mail.Sent)));
    }

    [Fact]
    public async Task A_mandatory_category_has_no_link()
    {
        await using var application = await StartAsync();
        application.Get<IOptions<NotificationsOptions>>().Value.MandatoryCategories.Add("security");

        Assert.Null(CreateLink(application, await SendAsync(application, "security")));
        Assert.NotNull(CreateLink(application, await SendAsync(application, "news")));
    }

    [Fact]
    public async Task Without_links_in_the_application_there_are_none()
    {
        await using var application = await TestApplication.StartAsync(_mail);
        await application.Directory.SaveUserAsync(Ada);

        Assert.Null(CreateLink(application, await SendAsync(application, "news")));
        Assert.False(application.Get<IUnsubscribeLinks>().IsGenuine("AAAA"));
    }

    [Theory]
    [InlineData(null, Key, "Url")]
    [InlineData("http://example.org/unsubscribe", Key, "Url")]
    [InlineData(Url, "short", "Key")]
    [InlineData(Url, null, "Key")]
    public async Task Wrong_options_fail_the_start(string? url, string? key, string field)
    {
        using var host = TestApplication.Compose(
            builder =>
                builder.AddUnsubscribeLinks(options => (options.Url, options.Key) = (url is null ? null : new Uri(url), key)),
            _mail
        );

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            host.StartAsync(TestContext.Current.CancellationToken)
        );

        Assert.Contains(field, failure.Message, StringComparison.Ordinal);
    }

    private static User Ada =>
        new()
        {
            Id = "ada",
            Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
        };

    private static string GetToken(Uri link) => link.Segments[^1];

    private static Uri? CreateLink(TestApplication application, Delivery? delivery) =>
        application.Get<IUnsubscribeLinks>().CreateLink(delivery!);

    private async Task<TestApplication> StartAsync(string key = Key)
    {
        var application = await TestApplication.StartAsync(
            builder => builder.AddUnsubscribeLinks(options => (options.Url, options.Key) = (new Uri(Url), key)),
            _mail
        );
        await application.Directory.SaveUserAsync(Ada);
        return application;
    }

    /// <summary>Sends to Ada and returns the delivery; null if her preferences exclude it.</summary>
    private static async Task<Delivery?> SendAsync(TestApplication application, string? category)
    {
        var id = await application.SendAsync(TestApplication.Say(Recipient.User("ada")) with { Category = category });
        return await application.EndedDeliveryAsync(id) is { State: DeliveryState.Sent } sent ? sent.Delivery : null;
    }
}
