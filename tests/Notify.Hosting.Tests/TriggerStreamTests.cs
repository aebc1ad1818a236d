using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Many triggers in one call: a line per trigger, a result per line.</summary>
public sealed class TriggerStreamTests
{
    private const string Valid = """{"to":{"email":"ada@example.org"},"content":{"body":"Hello"}}""";

    [Fact]
    public async Task Each_line_has_a_result_in_the_order_of_the_lines_and_a_mistake_does_not_end_the_stream()
    {
        await using var app = await ApiApplication.StartAsync(options => options.MaxBodyBytes = 1_024);
        string[] lines =
        [
            Valid,
            """{"to":{"email":"nobody"},"content":{"body":"x"},"reference":7}""",
            "{\"to\":",
            "",
            Keyed("a", "one"),
            Keyed("a", "one"),
            Keyed("a", "two"),
            Valid.Replace("Hello", new string('x', 2_000), StringComparison.Ordinal),
            "  \t",
            "[1]",
            Valid.Replace("ada@", "grace@", StringComparison.Ordinal),
            """{"to":{"topic":"nothing"},"content":{"body":"x"}}""",
        ];

        var results = await LineStream.SendAsync(app, string.Join("\r\n", lines));

        Assert.Equal([1, 2, 3, 5, 6, 7, 8, 10, 11, 12], results.Select(Line));
        Assert.Equal([202, 400, 400, 202, 202, 422, 413, 400, 202, 400], results.Select(Status));
        Assert.Equal(["reference", "to.email"], results[1].Fields());
        Assert.Equal("invalid_request", results[1].Text("code"));
        Assert.Equal("invalid_json", results[2].Text("code"));
        Assert.Equal(8, results[2].GetProperty("position").GetInt32());
        Assert.Equal([false, true], results[3..5].Select(result => result.GetProperty("duplicate").GetBoolean()));
        Assert.Equal(results[3].GetProperty("id").GetGuid(), results[4].GetProperty("id").GetGuid());
        Assert.Equal(results[3].GetProperty("id").GetGuid(), results[5].GetProperty("existingId").GetGuid());
        Assert.Equal("body_too_large", results[6].Text("code"));
        Assert.Equal(["to.topic"], results[9].Fields());
        await app.WhenAsync($"/v1/notifications/{results[8].GetProperty("id").GetGuid()}", "sent", 1);
        Assert.Equal(3, app.Sandbox.Messages.Count);
    }

    [Fact]
    public async Task The_same_stream_with_the_same_key_creates_nothing_again()
    {
        await using var app = await ApiApplication.StartAsync();
        var lines = Lines(900);
        var first = await LineStream.SendAsync(app, string.Join('\n', lines[..350]), key: "import-7");

        var second = await LineStream.SendAsync(app, string.Join('\n', lines), key: "import-7");
        lines[3] = Valid;
        var third = await LineStream.SendAsync(app, string.Join('\n', lines[..5]), key: "import-7");
        var other = await LineStream.SendAsync(app, lines[0], key: "import-8");
        var tenant = await LineStream.SendAsync(app, lines[0], key: "import-7", tenant: "other");

        Assert.Equal(Enumerable.Range(1, 900), second.Select(Line));
        Assert.Equal(first.Select(Id), second[..350].Select(Id));
        Assert.Equal(900, second.Select(Id).Distinct().Count());
        Assert.Equal(350, second.Count(result => result.GetProperty("duplicate").GetBoolean()));
        Assert.Equal([202, 202, 202, 422, 202], third.Select(Status));
        Assert.False(Assert.Single(other).GetProperty("duplicate").GetBoolean());
        Assert.False(Assert.Single(tenant).GetProperty("duplicate").GetBoolean());
        await Eventually.TrueAsync(() => app.Sandbox.Messages.Count == 902, "902 messages");
    }

    [Fact]
    public async Task Results_arrive_while_the_lines_are_still_being_sent()
    {
        await using var app = await StartOverHttp2Async();
        await using var stream = await LineStream.OpenAsync(app, key: "live");
        for (var line = 1; line <= 3; line++)
        {
            await stream.WriteAsync(Valid + "\n");
            Assert.Equal((line, 202), Read(await stream.ReadAsync()));
        }

        // A part of a line waits for the rest of it.
        await stream.WriteAsync(Valid[..10]);
        await stream.WriteAsync(Valid[10..] + "\n{}");
        Assert.Equal((4, 202), Read(await stream.ReadAsync()));
        await stream.EndAsync();
        Assert.Equal((5, 400), Read(await stream.ReadAsync()));
        Assert.Null(await stream.ReadAsync());
    }

    [Fact]
    public async Task A_stream_over_HTTP_1_1_is_answered_while_it_is_sent()
    {
        await using var app = await ApiApplication.StartAsync();
        await using var connection = await OpenAsync(app);
        await WriteAsync(connection, Valid + "\n");

        await ReadUntilAsync(connection, "\"line\":1,");
        await WriteAsync(connection, Valid + "\n");

        await ReadUntilAsync(connection, "\"line\":2,");
        await connection.WriteAsync("0\r\n\r\n");
        await ReadUntilAsync(connection, "0\r\n\r\n");
    }

    [Fact]
    public async Task A_broken_connection_leaves_what_was_acknowledged_accepted()
    {
        await using var app = await ApiApplication.StartAsync();
        await using (var connection = await OpenAsync(app, "Idempotency-Key: broken\r\n"))
        {
            await WriteAsync(connection, Valid + "\n" + Valid + "\n" + Valid[..20]);
            await ReadUntilAsync(connection, "\"line\":2,");
        }

        await Eventually.TrueAsync(() => app.Sandbox.Messages.Count == 2, "2 messages");
        var results = await LineStream.SendAsync(app, string.Join('\n', Valid, Valid, Valid), key: "broken");
        Assert.Equal([true, true, false], results.Select(result => result.GetProperty("duplicate").GetBoolean()));
    }

    [Fact]
    public async Task A_stream_that_makes_no_progress_ends_with_the_line_to_continue_from()
    {
        await using var app = await ApiApplication.StartAsync(options => options.BodyTimeout = TimeSpan.FromSeconds(1));
        // In one write, so that the lines are there when the time begins.
        await using var connection = await OpenAsync(app, lines: Valid + "\n" + Valid[..20]);

        var answer = await connection.ReadToEndAsync();

        Assert.Contains("\"line\":1,\"status\":202", answer, StringComparison.Ordinal);
        Assert.Contains("\"line\":2,\"status\":408,\"code\":\"body_too_slow\"", answer, StringComparison.Ordinal);
        Assert.Contains("\"ended\":true", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_does_not_read_its_results_is_disconnected_and_stalls_nobody()
    {
        // The timeout also applies to the other caller, and the machine may be busy.
        await using var app = await ApiApplication.StartAsync(options => options.BodyTimeout = TimeSpan.FromSeconds(10));
        await using var silent = await OpenAsync(app);
        var writing = Task.Run(async () =>
        {
            // Each line is short, and its result is long. Writing stops once the buffers are full, until the connection ends.
            var lines = string.Concat(Enumerable.Repeat("{}\n", 20_000));
            for (var i = 0; i < 2_000; i++)
                await silent.TryWriteAsync($"{lines.Length:x}\r\n{lines}\r\n");
        });

        var results = await LineStream.SendAsync(app, string.Join('\n', Lines(1_000)));

        Assert.All(results, result => Assert.Equal(202, Status(result)));
        await writing.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Only_failures_and_a_summary_are_written_if_the_caller_asks_for_them()
    {
        await using var app = await ApiApplication.StartAsync();
        string[] lines = [Keyed("a", "one"), "{}", Keyed("a", "one"), Keyed("b", "two"), "", "x"];

        var results = await LineStream.SendAsync(app, string.Join('\n', lines), query: "?results=failed");

        Assert.Equal([2, 6], results[..2].Select(Line));
        Assert.Equal("""{"lines":5,"accepted":3,"duplicates":1,"failed":2}""", Assert.Single(results[2..]).GetRawText());
    }

    [Fact]
    public async Task A_failing_store_ends_the_stream_at_the_line_to_continue_from()
    {
        var queue = new CountingQueue();
        await using var app = await StartOverHttp2Async(queue.Watch);
        await using var stream = await LineStream.OpenAsync(app);
        await stream.WriteAsync(Valid + "\n");
        Assert.Equal((1, 202), Read(await stream.ReadAsync()));

        queue.Failure = new InvalidOperationException("outer", new IOException("/secret/path is full"));
        await stream.WriteAsync("{}\n" + Valid + "\n" + Valid + "\n");

        Assert.Equal((2, 400), Read(await stream.ReadAsync()));
        var last = (await stream.ReadAsync())!.Value;
        Assert.Equal((3, 503), Read(last));
        Assert.Equal(("store_unavailable", true), (last.Text("code"), last.GetProperty("ended").GetBoolean()));
        Assert.DoesNotContain("secret", last.ToString(), StringComparison.Ordinal);
        Assert.Null(await stream.ReadAsync());
    }

    [Fact]
    public async Task An_unexpected_error_of_a_batch_is_an_error_of_its_lines_and_the_stream_continues()
    {
        var queue = new CountingQueue { Failure = new InvalidOperationException("a secret of the inside") };
        await using var app = await StartOverHttp2Async(queue.Watch);
        await using var stream = await LineStream.OpenAsync(app);
        await stream.WriteAsync(Valid + "\n");
        var first = (await stream.ReadAsync())!.Value;
        queue.Failure = null;
        await stream.WriteAsync(Valid + "\n");

        Assert.Equal((1, 500), Read(first));
        Assert.DoesNotContain("secret", first.ToString(), StringComparison.Ordinal);
        Assert.Equal((2, 202), Read(await stream.ReadAsync()));
    }

    [Fact]
    public async Task A_stopping_process_ends_its_streams_with_the_line_to_continue_from()
    {
        await using var app = await StartOverHttp2Async();
        await using var stream = await LineStream.OpenAsync(app);
        await stream.WriteAsync(Valid + "\n");
        Assert.Equal((1, 202), Read(await stream.ReadAsync()));

        app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        var last = (await stream.ReadAsync())!.Value;
        Assert.Equal((2, 503), Read(last));
        Assert.Equal("stopping", last.Text("code"));
    }

    [Fact]
    public async Task The_number_of_open_streams_of_a_key_is_limited()
    {
        await using var app = await ApiApplication.StartAsync(options => options.MaxTriggerStreams = 1);
        await using (var open = await OpenAsync(app))
        {
            await ReadUntilAsync(open, "200 OK");
            using var refused = await LineStream.PostAsync(app, Valid);
            Assert.Equal("too_many_streams", (await refused.ProblemAsync(HttpStatusCode.TooManyRequests)).Text("code"));
        }

        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await LineStream.PostAsync(app, Valid);
                return answer.IsSuccessStatusCode;
            },
            "the stream to close"
        );
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData("application/x-ndjson; charset=latin1")]
    public async Task Another_media_type_is_refused(string mediaType)
    {
        await using var app = await ApiApplication.StartAsync();
        using var response = await LineStream.PostAsync(app, Valid, mediaType: mediaType);

        var problem = await response.ProblemAsync(HttpStatusCode.UnsupportedMediaType);
        Assert.Contains("application/x-ndjson", problem.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_parameter_or_key_is_refused_before_anything_is_read()
    {
        await using var app = await ApiApplication.StartAsync();
        using var results = await LineStream.PostAsync(app, Valid, query: "?results=none");
        using var key = await LineStream.PostAsync(app, Valid, key: new string('k', 231));

        Assert.Equal(["results"], (await results.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        Assert.Equal(["Idempotency-Key"], (await key.ProblemAsync(HttpStatusCode.BadRequest)).Fields());
        Assert.Empty(app.Sandbox.Messages);
    }

    private static Task<ApiApplication> StartOverHttp2Async(Action<IServiceCollection>? services = null) =>
        ApiApplication.StartAsync(services: registered =>
        {
            registered.Configure<Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions>(server =>
                server.ConfigureEndpointDefaults(endpoint =>
                    endpoint.Protocols = Microsoft.AspNetCore.Server.Kestrel.Core.HttpProtocols.Http2
                )
            );
            services?.Invoke(registered);
        });

    private static async Task<RawConnection> OpenAsync(ApiApplication app, string headers = "", string lines = "")
    {
        var connection = await RawConnection.OpenAsync(app.Client.BaseAddress!);
        await connection.WriteAsync(
            $"POST {LineStream.Path} HTTP/1.1\r\nHost: {app.Client.BaseAddress!.Authority}\r\n{headers}"
                + $"Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n{Chunk(lines)}"
        );
        return connection;
    }

    private static Task WriteAsync(RawConnection connection, string lines) => connection.WriteAsync(Chunk(lines));

    // A chunk without content would end the body.
    private static string Chunk(string lines) =>
        lines == "" ? "" : string.Create(CultureInfo.InvariantCulture, $"{lines.Length:x}\r\n{lines}\r\n");

    private static async Task ReadUntilAsync(RawConnection connection, string text)
    {
        for (var read = ""; !read.Contains(text, StringComparison.Ordinal); )
        {
            var more = await connection.ReadAsync();
            Assert.True(more.Length > 0, read);
            read += more;
        }
    }

    private static string[] Lines(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Valid.Replace("ada", $"user{i}", StringComparison.Ordinal))];

    private static string Keyed(string key, string body) =>
        $$"""{"to":{"email":"ada@example.org"},"content":{"body":"{{body}}"},"idempotencyKey":"{{key}}"}""";

    private static int Line(JsonElement result) => result.GetProperty("line").GetInt32();

    private static int Status(JsonElement result) => result.GetProperty("status").GetInt32();

    private static Guid Id(JsonElement result) => result.GetProperty("id").GetGuid();

    private static (int Line, int Status) Read(JsonElement? result) => (Line(result!.Value), Status(result.Value));
}
