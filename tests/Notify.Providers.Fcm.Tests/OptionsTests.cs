using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Notify.FakeGateways.Fcm;
using Notify.TestSupport;

namespace Notify.Providers.Fcm.Tests;

public sealed class OptionsTests
{
    private const string InvalidKey =
        "CredentialsJson is not a service account key. Create one in the Firebase console under Service accounts.";

    private static readonly string Json = CreateJson();

    public static TheoryData<string> BrokenKeys =>
        [
            "{",
            "[]",
            "null",
            "hidden",
            "{}",
            """{"type":"authorized_user","client_id":"hidden","client_secret":"hidden","refresh_token":"hidden"}""",
            With("private_key", "-----BEGIN PRIVATE KEY-----\nhidden\n-----END PRIVATE KEY-----\n"),
            With("private_key", "hidden"),
            With("private_key", ""),
            With("client_email", ""),
            With("type", "hidden"),
        ];

    [Theory]
    [MemberData(nameof(BrokenKeys))]
    public async Task An_invalid_key_fails_at_start_and_is_not_shown(string json)
    {
        var refused = await RefusedAsync(options => options.CredentialsJson = json);

        Assert.Equal([$"FCM provider 'fcm': {InvalidKey}"], refused.Failures);
        Assert.DoesNotContain("hidden", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_fails_at_start()
    {
        var refused = await RefusedAsync(options => options.CredentialsFile = "/no/such/firebase.json");

        Assert.Equal(
            "FCM provider 'fcm': CredentialsFile cannot be read (DirectoryNotFoundException).",
            Assert.Single(refused.Failures)
        );
    }

    [Fact]
    public async Task A_file_that_is_not_a_key_fails_at_start()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("firebase.json"), "{}", TestContext.Current.CancellationToken);

        var refused = await RefusedAsync(options => options.CredentialsFile = folder.File("firebase.json"));

        Assert.StartsWith("FCM provider 'fcm': CredentialsFile is not a service account key", Assert.Single(refused.Failures));
    }

    [Fact]
    public async Task All_errors_are_reported_at_once()
    {
        var refused = await RefusedAsync(options =>
        {
            options.CredentialsJson = Json;
            options.CredentialsFile = "firebase.json";
            options.BaseAddress = new Uri("http://fcm.example.org/");
        });

        Assert.Equal(
            [
                "FCM provider 'fcm': Set CredentialsFile or CredentialsJson, not both.",
                "FCM provider 'fcm': BaseAddress must be an absolute https URL.",
            ],
            refused.Failures
        );
    }

    [Fact]
    public async Task Application_default_credentials_require_a_project()
    {
        var refused = await RefusedAsync(_ => { });

        Assert.Equal(
            "FCM provider 'fcm': ProjectId is required, because the credentials do not name a project.",
            Assert.Single(refused.Failures)
        );
    }

    [Fact]
    public async Task Starting_the_host_requests_no_access_token()
    {
        using var host = FcmApplication.Compose(options => options.ProjectId = "my-app");

        await host.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal("fcm", host.Services.GetRequiredService<IDeliveryProvider>().Name);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Two_projects_can_be_added_under_two_names()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder
            .Services.AddNotifications()
            .UseInMemory()
            .AddFcm("fcm-eu", options => options.CredentialsJson = Json)
            .AddFcm("fcm-us", options => options.CredentialsJson = Json);
        using var host = builder.Build();

        Assert.Equal(["fcm-eu", "fcm-us"], host.Services.GetServices<IDeliveryProvider>().Select(provider => provider.Name));
    }

    [Fact]
    public async Task The_project_of_the_options_takes_precedence_over_that_of_the_account()
    {
        await using var gateway = await FcmGateway.StartAsync(tls: false);
        await using var application = await FcmApplication.StartAsync(gateway, options => options.ProjectId = "another");

        var outcome = await application.SendAsync();

        Assert.Equal((true, "HTTP 404", 0), (outcome.IsProviderFailure, outcome.Reason, gateway.Calls));
    }

    private static async Task<OptionsValidationException> RefusedAsync(Action<FcmOptions> configure)
    {
        using var host = FcmApplication.Compose(configure);
        return await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
    }

    private static string With(string member, string value)
    {
        var json = JsonNode.Parse(Json)!;
        json[member] = value;
        return json.ToJsonString(new JsonSerializerOptions());
    }

    private static string CreateJson()
    {
        using var account = new FcmServiceAccount("notify-fake", new Uri("https://127.0.0.1/token"));
        return account.Json;
    }
}
