using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Notify.Hosting;
using Notify.Providers.Sandbox;
using Notify.TestSupport;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Notify.Aspire.Tests;

/// <summary>The client in an application, against a service over HTTP.</summary>
public sealed class ClientTests : IAsyncLifetime
{
    private const string Key = "a-key-of-the-application-host";

    private readonly WebApplication _service = CreateService();

    private string Address => _service.Urls.Single();

    public async ValueTask InitializeAsync() => await _service.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task The_connection_string_of_the_reference_connects_the_client()
    {
        using var application = Build(("ConnectionStrings:notify", $"Endpoint={Address};Key={Key}"));

        await TriggerAsync(application);

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(application)).Status);
        Assert.NotNull(application.Services.GetService<TracerProvider>());
        Assert.NotNull(application.Services.GetService<MeterProvider>());
    }

    [Fact]
    public async Task Without_a_connection_string_service_discovery_finds_the_service()
    {
        using var application = Build(("services:notify:http:0", Address), ("Aspire:Notify:Client:notify:Key", Key));

        await TriggerAsync(application);

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(application)).Status);
    }

    [Fact]
    public async Task The_application_is_unhealthy_while_the_service_is_away()
    {
        using var application = Build(("ConnectionStrings:notify", $"Endpoint={Address};Key={Key}"));
        await _service.StopAsync();

        var report = await CheckAsync(application);

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Equal("The Notify service could not be reached.", report.Entries["notify-notify"].Description);
    }

    [Fact]
    public void What_is_disabled_is_not_registered()
    {
        using var application = Build(
            settings => (settings.DisableHealthChecks, settings.DisableTracing, settings.DisableMetrics) = (true, true, true),
            ("ConnectionStrings:notify", Address)
        );

        Assert.NotNull(application.Services.GetService<INotifier>());
        Assert.Null(application.Services.GetService<HealthCheckService>());
        Assert.Null(application.Services.GetService<TracerProvider>());
        Assert.Null(application.Services.GetService<MeterProvider>());
    }

    [Theory]
    [InlineData("Key=top-secret")]
    [InlineData("Endpoint=nowhere;Key=top-secret")]
    [InlineData("top-secret")]
    public void A_wrong_connection_string_is_named_without_its_secret(string connectionString)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => Build(("ConnectionStrings:notify", connectionString)));

        Assert.StartsWith("ConnectionStrings:notify must have the form Endpoint=", failure.Message);
        Assert.DoesNotContain("top-secret", failure.ToString());
    }

    private static WebApplication CreateService()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddNotifications().UseInMemory().AddSandbox();
        builder.Services.Configure<NotificationsApiOptions>(options => options.ApiKeys.Add(Key));
        var service = builder.Build();
        service.Urls.Add("http://127.0.0.1:0");
        service.MapNotifications();
        return service;
    }

    private static IHost Build(params (string Name, string Value)[] configuration) => Build(null, configuration);

    private static IHost Build(Action<NotifyClientSettings>? configure, params (string Name, string Value)[] configuration)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        foreach (var (name, value) in configuration)
            builder.Configuration[name] = value;
        builder.AddNotifyClient("notify", configure);
        return builder.Build();
    }

    private async Task TriggerAsync(IHost application)
    {
        var trigger = new Trigger
        {
            To = Recipient.Email("ada@example.org"),
            Content = new Content { Title = "Hello" },
        };
        await application.Services.GetRequiredService<INotifier>().TriggerAsync(trigger);
        var sandbox = _service.Services.GetRequiredService<ISandbox>();
        await Eventually.TrueAsync(() => sandbox.Messages.Count == 1, "the message in the sandbox of the service");
    }

    private static Task<HealthReport> CheckAsync(IHost application) =>
        application.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
}
