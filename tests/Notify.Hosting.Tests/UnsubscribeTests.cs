using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Hosting.Tests;

/// <summary>Tests unsubscribe links, as mail programs and people use them.</summary>
public sealed class UnsubscribeTests
{
    private const string Key = "0123456789 0123456789 0123456789";
    private const string Ada = """{"addresses":{"email":"ada@example.org","phone":"+46701234567"}}""";

    [Fact]
    public async Task One_click_unsubscribes_from_the_category_only_for_email()
    {
        var (app, services) = await StartAsync();
        await using var _ = app;
        var link = await LinkAsync(app, services, "marketing");
        app.Client.DefaultRequestHeaders.Authorization = null;

        using var response = await PostAsync(app, link);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("You are unsubscribed.", await response.Content.ReadAsStringAsync());
        Assert.Equal(["sms"], await ChannelsAsync(app, "marketing"));
        Assert.Equal(["email", "sms"], await ChannelsAsync(app, "orders"));
    }

    [Fact]
    public async Task Opening_the_link_changes_nothing_and_shows_a_button()
    {
        var (app, services) = await StartAsync();
        await using var _ = app;
        var link = await LinkAsync(app, services, "marketing");
        app.Client.DefaultRequestHeaders.Authorization = null;

        using var response = await app.Client.GetAsync(link);
        var html = await response.Content.ReadAsStringAsync();

        Assert.Equal((HttpStatusCode.OK, "text/html"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Contains("<form method=\"post\"><button", html);
        Assert.DoesNotContain("//", html);
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("ada", html);
        Assert.Equal(["email", "sms"], await ChannelsAsync(app, "marketing"));
    }

    [Fact]
    public async Task The_pages_can_only_post_their_form_and_are_not_cached()
    {
        var (app, services) = await StartAsync();
        await using var _ = app;
        foreach (var link in (string[])[await LinkAsync(app, services, "marketing"), "/notify/v1/unsubscribe/x"])
        {
            using var response = await app.Client.GetAsync(link);

            Assert.Equal(
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
                Assert.Single(response.Headers.GetValues("Content-Security-Policy"))
            );
            Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        }
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("altered")]
    [InlineData("extended")]
    [InlineData("of another key")]
    [InlineData("nonsense")]
    public async Task A_forged_token_changes_nothing(string token)
    {
        var (app, services) = await StartAsync();
        await using var _ = app;
        var genuine = await LinkAsync(app, services, "marketing");
        var link = token switch
        {
            "truncated" => genuine[..^4],
            "altered" => genuine[..^2] + (genuine[^2] == 'A' ? 'B' : 'A') + genuine[^1],
            "extended" => genuine + "AAAA",
            "of another key" => await LinkOfAnotherKeyAsync(),
            _ => "/notify/v1/unsubscribe/a%2Fb%20%C3%B6!",
        };

        using var asked = await app.Client.GetAsync(link);
        using var posted = await PostAsync(app, link);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (asked.StatusCode, posted.StatusCode));
        Assert.Contains("This link does not work.", await posted.Content.ReadAsStringAsync());
        Assert.Equal(["email", "sms"], await ChannelsAsync(app, "marketing"));
    }

    [Fact]
    public async Task An_opt_out_by_the_link_of_a_deleted_user_is_kept_for_a_new_one()
    {
        var (app, services) = await StartAsync();
        await using var _ = app;
        var link = await LinkAsync(app, services, "marketing");
        await app.CallAsync("DELETE", "/notify/v1/users/ada");

        using var response = await PostAsync(app, link);
        await app.CallAsync("PUT", "/notify/v1/users/ada", Ada);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["sms"], await ChannelsAsync(app, "marketing"));
    }

    [Fact]
    public async Task Links_do_not_work_without_AddUnsubscribeLinks()
    {
        await using var app = await ApiApplication.StartAsync(prefix: "/notify");
        using var response = await PostAsync(app, "/notify/v1/unsubscribe/x");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Another_method_is_refused()
    {
        await using var app = await ApiApplication.StartAsync(prefix: "/notify");
        using var response = await app.Client.DeleteAsync("/notify/v1/unsubscribe/x");

        await response.ProblemAsync(HttpStatusCode.MethodNotAllowed);
        Assert.Equal(["GET", "HEAD", "POST"], response.Content.Headers.Allow);
    }

    private static async Task<(ApiApplication App, IServiceProvider Services)> StartAsync(string key = Key)
    {
        IServiceProvider? services = null;
        var app = await ApiApplication.StartAsync(
            options => options.ApiKeys.Add("the key of the API"),
            added =>
                added
                    .AddNotifications()
                    .AddUnsubscribeLinks(options =>
                        (options.Url, options.Key) = (new Uri("https://notify.example.org/notify/v1/unsubscribe"), key)
                    ),
            application: application => services = application.Services,
            prefix: "/notify"
        );
        Authorize(app);
        await app.CallAsync("PUT", "/notify/v1/users/ada", Ada);
        return (app, services!);
    }

    private static void Authorize(ApiApplication app) =>
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", "the key of the API");

    /// <summary>Returns the path of the link in an email to Ada.</summary>
    private static async Task<string> LinkAsync(ApiApplication app, IServiceProvider services, string category)
    {
        var id = Guid.Parse((await SendAsync(app, category)).Split('/')[^1]);
        var deliveries = await services
            .GetRequiredService<INotificationStore>()
            .ListDeliveriesAsync(Trigger.DefaultTenant, id, null, 10, CancellationToken.None);
        var email = deliveries.Single(delivery => delivery.Delivery.Channel == Channel.Email).Delivery;
        return services.GetRequiredService<IUnsubscribeLinks>().CreateLink(email)!.AbsolutePath;
    }

    private static async Task<string> LinkOfAnotherKeyAsync()
    {
        var (app, services) = await StartAsync(Key + "!");
        await using var _ = app;
        return await LinkAsync(app, services, "marketing");
    }

    private static async Task<string> SendAsync(ApiApplication app, string category)
    {
        Authorize(app);
        var json = $$$"""{"to":{"user":"ada"},"content":{"body":"x"},"category":"{{{category}}}"}""";
        return (await app.CallAsync("POST", "/notify/v1/notifications", json)).GetProperty("statusUrl").GetString()!;
    }

    private static async Task<string[]> ChannelsAsync(ApiApplication app, string category) =>
        [
            .. (await app.CallAsync("GET", await SendAsync(app, category)))
                .GetProperty("deliveries")
                .GetProperty("items")
                .EnumerateArray()
                .Where(delivery => delivery.Text("state") != "cancelled")
                .Select(delivery => delivery.Text("channel")!)
                .Order(),
        ];

    private static Task<HttpResponseMessage> PostAsync(ApiApplication app, string link) =>
        app.Client.PostAsync(link, new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]));
}
