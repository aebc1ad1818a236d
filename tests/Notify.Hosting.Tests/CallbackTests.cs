using System.Net;
using System.Text;
using System.Text.Json;
using System.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;

namespace Notify.Hosting.Tests;

/// <summary>Tests the callbacks that vendors send.</summary>
public sealed class CallbackTests
{
    [Fact]
    public async Task A_vendors_callback_needs_no_key_and_appears_in_the_timeline()
    {
        await using var app = await StartAsync(options => options.ApiKeys.Add("the key of the API"));
        var (url, delivery) = await SendAsync(app, "acme");

        using var response = await CallAsync(app, $"tenant=acme&delivery={delivery}", "bounced 30005");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        var receipt = Assert.Single(
            (await TimelineAsync(app, url, "acme")).DeliveryOver("sms").GetProperty("receipts").EnumerateArray()
        );
        Assert.Equal(("bounced", "30005"), (receipt.Text("kind"), receipt.Text("detail")));
    }

    [Fact]
    public async Task Callbacks_work_under_the_public_host_name_and_bypass_the_applications_authorization()
    {
        await using var app = await ApiApplication.StartAsync(
            services: services =>
            {
                services
                    .AddAuthentication("none")
                    .AddCookie("none", options => options.Events.OnRedirectToLogin = context =>
                        {
                            context.Response.StatusCode = 401;
                            return Task.CompletedTask;
                        });
                services
                    .AddAuthorizationBuilder()
                    .AddPolicy("nobody", policy => policy.RequireAssertion(_ => false))
                    .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(_ => false).Build());
                services.AddSingleton<IReceiptCallback, PigeonCallback>();
            },
            group: group => group.RequireAuthorization("nobody")
        );
        app.Client.DefaultRequestHeaders.Host = "notify.example.org";

        using var response = await CallAsync(app, $"delivery={Guid.NewGuid()}", "delivered");
        using var other = await app.Client.GetAsync("/v1/notifications/x");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
    }

    [Fact]
    public async Task A_callback_with_a_wrong_signature_is_refused_and_nothing_is_stored()
    {
        await using var app = await StartAsync();
        var (url, delivery) = await SendAsync(app);

        using var unsigned = await CallAsync(app, $"delivery={delivery}", "delivered", signature: null);
        using var forged = await CallAsync(app, $"delivery={delivery}", "delivered", signature: "hawk");

        await unsigned.ProblemAsync(HttpStatusCode.Forbidden);
        await forged.ProblemAsync(HttpStatusCode.Forbidden);
        Assert.Empty((await app.CallAsync("GET", url)).DeliveryOver("sms").GetProperty("receipts").EnumerateArray());
    }

    [Fact]
    public async Task A_vendors_clock_that_is_ahead_is_ignored()
    {
        await using var app = await StartAsync();
        var (url, delivery) = await SendAsync(app);

        using var response = await CallAsync(app, $"delivery={delivery}", "delivered-tomorrow");

        var receipt = Assert.Single(
            (await app.CallAsync("GET", url)).DeliveryOver("sms").GetProperty("receipts").EnumerateArray()
        );
        Assert.True(receipt.GetProperty("at").GetDateTimeOffset() <= DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Callbacks_without_news_or_for_unknown_messages_are_accepted_and_ignored()
    {
        await using var app = await StartAsync();
        var (url, delivery) = await SendAsync(app);

        using var nothing = await CallAsync(app, $"delivery={delivery}", "flying");
        using var unknown = await CallAsync(app, $"delivery={Guid.NewGuid()}", "delivered");
        using var otherTenant = await CallAsync(app, $"tenant=other&delivery={delivery}", "delivered");

        Assert.All([nothing, unknown, otherTenant], response => Assert.Equal(HttpStatusCode.NoContent, response.StatusCode));
        Assert.Empty((await app.CallAsync("GET", url)).DeliveryOver("sms").GetProperty("receipts").EnumerateArray());
    }

    [Fact]
    public async Task Only_providers_with_callbacks_have_an_endpoint()
    {
        await using var app = await StartAsync();

        using var hawk = await app.Client.PostAsync("/v1/callbacks/hawk", null);
        using var none = await app.Client.PostAsync("/v1/callbacks", null);
        using var get = await app.Client.GetAsync("/v1/callbacks/pigeon");

        await hawk.ProblemAsync(HttpStatusCode.NotFound);
        await none.ProblemAsync(HttpStatusCode.NotFound);
        await get.ProblemAsync(HttpStatusCode.MethodNotAllowed);
        Assert.Equal(["POST"], get.Content.Headers.Allow);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        await using var app = await StartAsync(options => options.MaxBodyBytes = 1_024);

        using var response = await CallAsync(app, "delivery=x", new string('x', 2_000));

        await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Callbacks_alone_do_not_allow_a_public_address()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            ApiApplication.StartAsync(
                services: services => services.AddSingleton<IReceiptCallback, PigeonCallback>(),
                url: "http://0.0.0.0:0"
            )
        );

        Assert.Contains("NotificationsApiOptions.ApiKeys", exception.Message);
    }

    [Fact]
    public async Task Callbacks_without_a_key_do_not_prevent_a_protected_application_from_using_a_public_address()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddNotifications().UseInMemory().AddSandbox();
        builder.Services.AddAuthorization();
        builder.Services.AddSingleton<IServer>(new PaperServer());
        builder.Services.AddSingleton<IReceiptCallback, PigeonCallback>();
        await using var app = builder.Build();
        app.Urls.Add("http://0.0.0.0:80");
        app.MapNotifications().RequireAuthorization();

        await app.StartAsync();
        Assert.False(app.Lifetime.ApplicationStopping.IsCancellationRequested);
    }

    private static Task<ApiApplication> StartAsync(Action<NotificationsApiOptions>? options = null) =>
        ApiApplication.StartAsync(options, services => services.AddSingleton<IReceiptCallback, PigeonCallback>());

    private static async Task<(string Url, string Delivery)> SendAsync(ApiApplication app, string? tenant = null)
    {
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", "the key of the API");
        var url = await app.AcceptAsync("""{"to":{"phone":"+46701234567"},"content":{"body":"x"}}""", tenant);
        var delivery = (await app.WhenAsync(url, "sent", 1, tenant)).DeliveryOver("sms").Text("id")!;
        app.Client.DefaultRequestHeaders.Authorization = null;
        return (url, delivery);
    }

    private static async Task<JsonElement> TimelineAsync(ApiApplication app, string url, string tenant)
    {
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", "the key of the API");
        return await app.CallAsync("GET", url, null, tenant);
    }

    private static Task<HttpResponseMessage> CallAsync(ApiApplication app, string query, string body, string? signature = "coo")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/callbacks/pigeon?{query}")
        {
            Content = new StringContent(body),
        };
        if (signature is not null)
            request.Headers.Add("x-pigeon-signature", signature);
        return app.Client.SendAsync(request);
    }

    /// <summary>A vendor whose signature is a fixed word and whose body consists of a kind and a detail.</summary>
    private sealed class PigeonCallback(TimeProvider time) : IReceiptCallback
    {
        public string Provider => "pigeon";

        public ValueTask<CallbackResult> ReadAsync(VendorCall call, CancellationToken cancellationToken)
        {
            if (call.Headers.GetValueOrDefault("X-Pigeon-Signature") != "coo")
                return new(CallbackResult.InvalidSignature);

            var query = HttpUtility.ParseQueryString(call.Query);
            var body = Encoding.UTF8.GetString(call.Body.Span).Split(' ');
            var now = time.GetUtcNow();
            var receipt = body[0] switch
            {
                "delivered" => new Receipt(Guid.Parse(query["delivery"]!), ReceiptKind.Delivered, now),
                "delivered-tomorrow" => new Receipt(Guid.Parse(query["delivery"]!), ReceiptKind.Delivered, now.AddDays(1)),
                "bounced" => new Receipt(Guid.Parse(query["delivery"]!), ReceiptKind.Bounced, now) { Detail = body[1] },
                _ => null,
            };
            return new(CallbackResult.Read(new CallbackReceipts(query["tenant"] ?? "default", receipt is null ? [] : [receipt])));
        }
    }
}
