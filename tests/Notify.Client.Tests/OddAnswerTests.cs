using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Notify.Client.Tests;

/// <summary>The client behind a proxy that does not answer as the service does.</summary>
public sealed class OddAnswerTests : IAsyncLifetime
{
    private Service _service = null!;
    private OddProxy _proxy = null!;
    private INotifier _notifier = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await Service.StartAsync();
        _proxy = await OddProxy.StartAsync(_service.Address);
    }

    /// <summary>Starts the client. An attempt is short only where it must end, because a machine may be busy.</summary>
    private async Task StartAsync(int attemptSeconds = 10, int retries = 3) =>
        _notifier = await _service.StartClientAsync(services =>
        {
            services.AddNotifyClient(_proxy.Address.AbsoluteUri, Service.Key);
            services.ConfigureAll<HttpStandardResilienceOptions>(options =>
            {
                options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(attemptSeconds);
                options.TotalRequestTimeout.Timeout = TimeSpan.FromMinutes(2);
                options.Retry.Delay = TimeSpan.FromMilliseconds(1);
                options.Retry.BackoffType = DelayBackoffType.Constant;
                options.Retry.MaxRetryAttempts = retries;
            });
        });

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_whose_answer_breaks_off_or_stalls_is_repeated_and_is_one_notification(bool stalls)
    {
        await StartAsync(stalls ? 1 : 10, retries: 20);
        _proxy.AnswerInPart(stalls);

        var result = await _notifier.TriggerAsync(Create("one"));

        Assert.NotEqual(Guid.Empty, result.Id);
        Assert.False(result.IsDuplicate);
        Assert.InRange(_proxy.Calls, 2, 21);
        Assert.Equal(["one"], await _service.ListReferencesAsync());
    }

    [Fact]
    public async Task Many_triggers_get_through_a_proxy_that_breaks_off_stalls_and_answers_with_its_own_pages()
    {
        await StartAsync(attemptSeconds: 1, retries: 20);
        _proxy.AnswerInPart(stalls: false);
        _proxy.Answer(502, "text/html", "<html>Bad gateway</html>");
        _proxy.AnswerInPart(stalls: true);
        _proxy.Answer(200, "text/html", "<html>Sign in</html>");
        _proxy.Answer(200, "application/x-ndjson", "{\"line\":1}\n{\"line\":2,\"status\":202}\n");

        var outcomes = await _notifier.TriggerManyAsync([.. Enumerable.Range(0, 50).Select(i => Create($"{i}"))]);

        Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
        Assert.Equal(50, outcomes.Select(outcome => outcome.Result!.Value.Id).Distinct().Count());
        Assert.Equal(50, (await _service.ListReferencesAsync()).Count);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_reported_and_the_key_stays_with_the_configured_address(int status)
    {
        await StartAsync();
        await using var other = await OddProxy.StartAsync(_service.Address);
        other.Answer(200, "application/json", "{\"items\":[]}");
        _proxy.Answer(status, "text/html", "", ("Location", $"{other.Address}v1/notifications"));

        var exception = await Assert.ThrowsAsync<NotifyServiceException>(() => _notifier.TriggerAsync(Create("one")));

        Assert.Equal(status, exception.Status);
        Assert.Contains(other.Address.AbsoluteUri, exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, other.Calls);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"items\":[]}")]
    [InlineData("<html>Sign in</html>")]
    public async Task An_answer_of_something_else_is_no_acceptance(string body)
    {
        await StartAsync();
        _proxy.Answer(200, "application/json", body);

        var exception = await Assert.ThrowsAsync<NotifyServiceException>(() => _notifier.TriggerAsync(Create("one")));

        Assert.Contains("NotifyClientOptions.Address", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_compressed_answer_is_read(string encoding)
    {
        await StartAsync();
        _proxy.Answer(
            async (context, forward) =>
            {
                using var answer = await forward();
                (context.Response.StatusCode, context.Response.ContentType) = (202, "application/json");
                context.Response.Headers.ContentEncoding = encoding;
                await using Stream compressed =
                    encoding == "gzip"
                        ? new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true)
                        : new BrotliStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
                await answer.Content.CopyToAsync(compressed);
            }
        );

        var result = await _notifier.TriggerAsync(Create("one"));

        Assert.NotEqual(Guid.Empty, result.Id);
    }

    [Fact]
    public async Task Triggers_that_are_too_large_together_are_sent_apart()
    {
        await StartAsync();
        for (var i = 0; i < 3; i++)
            _proxy.Answer(413, "text/html", "<html>Too large</html>");

        var outcomes = await _notifier.TriggerManyAsync([Create("a"), Create("b"), Create("c")]);

        Assert.Equal(413, Assert.IsType<NotifyServiceException>(outcomes[0].Error).Status);
        Assert.Equal([null, null], outcomes.Skip(1).Select(outcome => outcome.Error));
        Assert.Equal(["b", "c"], await _service.ListReferencesAsync());
    }

    [Fact]
    public async Task A_service_that_never_answers_is_reported_as_one_that_cannot_be_reached()
    {
        await StartAsync(attemptSeconds: 8, retries: 2);
        for (var i = 0; i < 3; i++)
            _proxy.Answer((context, _) => OddProxy.WaitForCallerAsync(context));

        await Assert.ThrowsAsync<HttpRequestException>(() => _notifier.TriggerAsync(Create("one")));

        Assert.Equal(3, _proxy.Calls);
    }

    [Fact]
    public async Task A_service_that_asks_for_more_patience_than_a_call_has_is_reported_at_once()
    {
        await StartAsync();
        _proxy.Answer(429, "text/html", "Slow down", ("Retry-After", "3600"));

        var exception = await Assert.ThrowsAsync<NotifyServiceException>(() => _notifier.TriggerAsync(Create("one")));

        Assert.Equal((429, 1), (exception.Status, _proxy.Calls));
    }

    private static Trigger Create(string reference) =>
        new()
        {
            To = Recipient.Email("ada@example.org"),
            Content = new Content { Body = "b" },
            Reference = reference,
        };
}
