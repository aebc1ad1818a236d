using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Notify.Hosting.Tests;

/// <summary>A call to <c>/v1/notifications/stream</c> over HTTP/2, which writes lines while it reads results.</summary>
internal sealed class LineStream : IAsyncDisposable
{
    public const string Path = "/v1/notifications/stream";

    private readonly Pipe _body = new();
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _results;

    private LineStream(HttpResponseMessage response, Pipe body, Stream results) =>
        (_response, _body, _results) = (response, body, new StreamReader(results));

    /// <summary>Opens a stream on an application that serves only HTTP/2.</summary>
    public static async Task<LineStream> OpenAsync(ApiApplication app, string? key = null)
    {
        var body = new Pipe();
        var request = new HttpRequestMessage(HttpMethod.Post, Path)
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new PromptContent(body.Reader) { Headers = { ContentType = new("application/x-ndjson") } },
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        var response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
        return new LineStream(response, body, await response.Content.ReadAsStreamAsync());
    }

    public async Task WriteAsync(string lines)
    {
        await _body.Writer.WriteAsync(Encoding.UTF8.GetBytes(lines));
        await _body.Writer.FlushAsync();
    }

    /// <summary>Ends the body.</summary>
    public ValueTask EndAsync() => _body.Writer.CompleteAsync();

    /// <summary>Reads the next result; null at the end.</summary>
    public async Task<JsonElement?> ReadAsync() => await _results.ReadLineAsync() is { } line ? JsonElement.Parse(line) : null;

    /// <summary>Sends all lines at once, and returns the results.</summary>
    public static async Task<JsonElement[]> SendAsync(
        ApiApplication app,
        string lines,
        string? key = null,
        string query = "",
        string? tenant = null
    )
    {
        using var response = await PostAsync(app, lines, key, query, tenant);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {body}");
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        return [.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    public static Task<HttpResponseMessage> PostAsync(
        ApiApplication app,
        string lines,
        string? key = null,
        string query = "",
        string? tenant = null,
        string mediaType = "application/x-ndjson"
    )
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Path + query)
        {
            Content = new StringContent(lines, Encoding.UTF8, MediaTypeHeaderValue.Parse(mediaType)),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        if (tenant is not null)
            request.Headers.Add("X-Notify-Tenant", tenant);
        return app.Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        await _body.Writer.CompleteAsync(new IOException("The caller gives up."));
        _results.Dispose();
        _response.Dispose();
    }

    /// <summary>Sends what is written at once. Other contents wait until a buffer is full.</summary>
    private sealed class PromptContent(PipeReader source) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            // The headers would otherwise wait for the first line.
            await stream.FlushAsync();
            while (true)
            {
                var read = await source.ReadAsync();
                foreach (var part in read.Buffer)
                    await stream.WriteAsync(part);
                await stream.FlushAsync();
                source.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    return;
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
