using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>A page that is open in a browser and is controlled over the DevTools protocol.</summary>
internal sealed partial class DevTools : IAsyncDisposable
{
    private static readonly JsonSerializerOptions WithoutNulls = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly ServerProcess _browser;
    private readonly ClientWebSocket _socket = new();

    private DevTools(ServerProcess browser) => _browser = browser;

    /// <summary>The environment of a browser that keeps its temporary files in the folder of its profile.</summary>
    public static Dictionary<string, string> KeepIn(string profile) =>
        new() { ["TMPDIR"] = Directory.CreateDirectory(profile).FullName };

    /// <summary>The arguments of a browser without a window.</summary>
    public static string[] CreateHeadless(string profile) =>
        [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,900",
            $"--user-data-dir={profile}",
        ];

    public static async Task<DevTools> OpenAsync(string chromium, string profile, IEnumerable<string> arguments, Uri page)
    {
        var tools = new DevTools(
            ServerProcess.Start(chromium, [.. arguments, "--remote-debugging-port=0", page.ToString()], KeepIn(profile))
        );
        try
        {
            await Eventually.TrueAsync(() => Listening().IsMatch(tools._browser.Output), "the browser's debugging port");
            using var client = new HttpClient
            {
                BaseAddress = new Uri($"http://{Listening().Match(tools._browser.Output).Groups[1]}"),
            };
            var socket = await Eventually.FindAsync(() => FindSocketAsync(client, page), "the page's socket");
            await tools._socket.ConnectAsync(new Uri(socket), default);

            // The socket carries the address of the page before the page takes the place of the empty one, which is complete too.
            var loaded = $"location.href === {JsonSerializer.Serialize(page.AbsoluteUri)} && document.readyState === 'complete'";
            await Eventually.TrueAsync(
                async () => (await tools.EvaluateAsync(loaded)).ValueKind == JsonValueKind.True,
                "the page to load"
            );
            return tools;
        }
        catch
        {
            await tools.DisposeAsync();
            throw;
        }
    }

    /// <summary>Presses a key in the element that has the focus, as a user does.</summary>
    public async Task PressAsync(string key, int code)
    {
        // Enter activates a button only with its text.
        var text = key == "Enter" ? "\r" : null;
        foreach (var type in (string[])["keyDown", "keyUp"])
            await CallAsync(
                "Input.dispatchKeyEvent",
                new
                {
                    type,
                    key,
                    code = key,
                    windowsVirtualKeyCode = code,
                    text = type == "keyDown" ? text : null,
                }
            );
    }

    /// <summary>Evaluates an expression in the page and returns its value as JSON; null while another page is loading.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new { expression, returnByValue = true });
        return answer.ValueKind == JsonValueKind.Object ? answer.GetProperty("result").GetProperty("value") : answer;
    }

    /// <summary>Shows the page on a screen of this size, such as that of a telephone.</summary>
    public Task ResizeAsync(int width, int height) =>
        CallAsync(
            "Emulation.setDeviceMetricsOverride",
            new
            {
                width,
                height,
                deviceScaleFactor = 1,
                mobile = false,
            }
        );

    private async Task<JsonElement> CallAsync(string method, object @params)
    {
        var command = new
        {
            id = 1,
            method,
            @params,
        };
        // A browser that never answers must fail the test, not stop all tests.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await _socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(command, WithoutNulls),
            WebSocketMessageType.Text,
            true,
            patience.Token
        );

        var answer = new ArraySegment<byte>(new byte[64 * 1024]);
        var received = await _socket.ReceiveAsync(answer, patience.Token);
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(answer[..received.Count]));
        return document.RootElement.TryGetProperty("result", out var result) ? result.Clone() : JsonElement.Parse("null");
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _browser.DisposeAsync();
    }

    private static async Task<string?> FindSocketAsync(HttpClient client, Uri page)
    {
        var targets = await client.GetFromJsonAsync<List<Dictionary<string, string>>>("/json/list");
        return targets!.FirstOrDefault(target => target["url"] == page.ToString())?["webSocketDebuggerUrl"];
    }

    [GeneratedRegex("DevTools listening on ws://([^/]+)/")]
    private static partial Regex Listening();
}
