using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Hosting.Tests;

public sealed class FailureTests
{
    private const string Trigger = """{"to":{"email":"ada@example.org"},"content":{"body":"Text"}}""";

    [Fact]
    public async Task A_running_process_is_live_and_ready()
    {
        await using var app = await ApiApplication.StartAsync();

        Assert.Equal("live", (await app.ReadAsync("/health/live")).GetProperty("status").GetString());
        Assert.Equal("ready", (await app.ReadAsync("/health/ready")).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_its_store_a_process_is_live_and_not_ready(bool stuck)
    {
        var store = new CountingQueue { Stuck = stuck, Failure = stuck ? null : new IOException("disk full") };
        await using var app = await ApiApplication.StartAsync(services: store.Watch);
        using var ready = await app.Client.GetAsync("/health/ready");
        using var live = await app.Client.GetAsync("/health/live");

        await ready.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    /// <summary>Counting takes longer the more deliveries wait, and a busy process must stay ready.</summary>
    [Fact]
    public async Task Whether_a_process_is_ready_does_not_depend_on_how_much_waits()
    {
        var store = new CountingQueue { CannotCount = true };
        await using var app = await ApiApplication.StartAsync(services: store.Watch);

        Assert.Equal("ready", (await app.ReadAsync("/health/ready")).GetProperty("status").GetString());
        var checks = (await app.ReadAsync("/v1/diagnostics")).GetProperty("checks").EnumerateArray();
        Assert.Equal(
            "ok",
            checks.Single(check => check.GetProperty("name").GetString() == "store").GetProperty("status").GetString()
        );
    }

    [Fact]
    public async Task A_failing_store_is_reported_as_an_outage()
    {
        var store = new CountingQueue
        {
            Failure = new InvalidOperationException("outer", new IOException("/secret/path is full")),
        };
        await using var app = await ApiApplication.StartAsync(services: store.Watch);
        using var response = await app.TriggerAsync(Trigger);

        var problem = await response.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        Assert.DoesNotContain("secret", problem.ToString());
    }

    [Fact]
    public async Task An_unexpected_error_reveals_no_internals()
    {
        var store = new CountingQueue { Failure = new InvalidOperationException("a secret of the inside") };
        await using var app = await ApiApplication.StartAsync(services: store.Watch);
        using var response = await app.TriggerAsync(Trigger);

        var problem = await response.ProblemAsync(HttpStatusCode.InternalServerError);
        Assert.DoesNotContain("secret", problem.ToString());
        Assert.DoesNotContain("Exception", problem.ToString());
    }

    [Fact]
    public async Task A_caller_that_disconnects_before_the_answer_is_not_logged_as_an_error()
    {
        var store = new CountingQueue();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await ApiApplication.StartAsync(services: store.Watch, application: application => application.Use(
                async (context, next) =>
                {
                    store.Stored = async () =>
                    {
                        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                        context.RequestAborted.Register(aborted.SetResult);
                        context.Abort();
                        await aborted.Task;
                    };
                    try
                    {
                        await next();
                        ended.SetResult();
                    }
                    catch (Exception exception)
                    {
                        ended.SetException(exception);
                    }
                }
            ));

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => app.TriggerAsync(Trigger));

        await ended.Task;
        Assert.Equal(1, store.Enqueued);
    }
}
