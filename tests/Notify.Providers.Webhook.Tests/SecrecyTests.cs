using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Notify.Testing;

namespace Notify.Providers.Webhook.Tests;

public sealed class SecrecyTests
{
    [Fact]
    public async Task Neither_url_nor_secret_nor_content_is_logged()
    {
        using var log = new LogRecorder();
        await using var endpoint = await Endpoint.StartAsync(200);
        await using (var application = await StartAsync(log, allowPrivateNetworks: true))
        {
            await application.SendAsync(endpoint.Url);
            await application.SendAsync($"http://127.0.0.1:{FreePort.Next()}/hook?token=url-token");
        }

        await using (var application = await StartAsync(log, allowPrivateNetworks: false))
            await application.SendAsync(endpoint.Url);

        Assert.Contains(log.Lines, line => line.Contains("webhook refused delivery", StringComparison.Ordinal));
        foreach (var secret in (string[])["127.0.0.1", "url-token", "content-text", WebhookApplication.Secret["whsec_".Length..]])
            Assert.DoesNotContain(log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Receivers_get_no_trace_header()
    {
        using var activity = new Activity("the application's own").Start();
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await WebhookApplication.StartAsync();

        await application.SendAsync(endpoint.Url);

        Assert.DoesNotContain("traceparent", Assert.Single(endpoint.Requests).Headers.Keys);
    }

    private static Task<WebhookApplication> StartAsync(LogRecorder log, bool allowPrivateNetworks) =>
        WebhookApplication.StartAsync(
            options => options.AllowPrivateNetworks = allowPrivateNetworks,
            services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log)));

    private sealed class LogRecorder : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyList<string> Lines => [.. _lines];

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            _lines.Enqueue($"{state}");
            return null;
        }

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
