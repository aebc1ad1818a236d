using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>A host that is killed while it sends loses no event of a delivery that it settled.</summary>
public sealed class KilledEventsTests
{
    private const int Deliveries = 100;

    /// <summary>
    /// The message with which the host is killed, and those that are answered before: some are being settled then.
    /// </summary>
    private const int Last = 25;
    private const int Answered = 50;

    [Fact]
    public async Task Every_delivery_has_its_event_although_the_host_was_killed()
    {
        await using var receiver = await Receiver.StartAsync();
        using var folder = new TemporaryFolder();
        var killed = await StartAsync(folder);
        await using (killed.Process)
        {
            await PostAsync(
                killed.Client,
                "/v1/event-subscriptions",
                $$"""{"url":"{{receiver.Url}}/events","types":["delivery.sent"]}"""
            );
            var recipients = Enumerable.Range(0, Deliveries).Select(i => $$"""{"webhook":"{{receiver.Url}}/target?n={{i}}"}""");
            await PostAsync(
                killed.Client,
                "/v1/notifications",
                $$"""{"to":[{{string.Join(',', recipients)}}],"content":{"body":"x"} }"""
            );
            await receiver.IsBusy;
            killed.Process.Kill();
            await killed.Process.WaitForExitAsync();
        }

        receiver.AnswerAll();
        var next = await StartAsync(folder);
        await using (next.Process)
        {
            await Eventually.TrueAsync(() => receiver.Events.Count == Deliveries, "the event of each delivery");
        }
    }

    private static async Task<(ServerProcess Process, HttpClient Client)> StartAsync(TemporaryFolder folder) =>
        await SampleProcess.StartHostAsync(
            folder.Path,
            null,
            $"--urls=http://127.0.0.1:{FreePort.Next()}",
            "--Notify:Providers:hooks:Type=webhook",
            "--Notify:Providers:hooks:Secret=whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "--Notify:Providers:hooks:AllowPrivateNetworks=true",
            "--Notify:Channels:webhook:Retry:Delay=00:00:00.1",
            "--Notify:Channels:webhook:Retry:MaxDelay=00:00:00.5",
            "--Notify:AttemptTimeout=00:00:01",
            "--Notify:LeaseDuration=00:00:02"
        );

    private static async Task PostAsync(HttpClient client, string path, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The receiver of the messages and of the events.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly TaskCompletionSource _busy = new();
        private readonly TaskCompletionSource _answering = new();
        private int _messages;

        private Receiver(WebApplication app) => _app = app;

        public string Url => _app.Urls.Single();

        public Task IsBusy => _busy.Task;

        /// <summary>Gets the deliveries whose event arrived.</summary>
        public ConcurrentDictionary<Guid, bool> Events { get; } = new();

        public void AnswerAll() => _answering.SetResult();

        public static async Task<Receiver> StartAsync()
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            builder.Logging.ClearProviders();
            var receiver = new Receiver(builder.Build());
            receiver._app.Run(receiver.ReceiveAsync);
            await receiver._app.StartAsync();
            return receiver;
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private async Task ReceiveAsync(HttpContext context)
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
            if (context.Request.Path == "/events")
                Events[body.RootElement.GetProperty("data").GetProperty("deliveryId").GetGuid()] = true;
            else
                await CountAsync();
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }

        private async Task CountAsync()
        {
            var number = Interlocked.Increment(ref _messages);
            if (number == Last)
                _busy.SetResult();
            if (number > Answered)
                await _answering.Task;
        }
    }
}
