using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Notify.Hosting.Problems;
using Notify.Hosting.Requests;

namespace Notify.Hosting.TriggerStreams;

/// <summary>
/// Reads triggers from a body of any length, and writes their results meanwhile. While one batch is stored, the next one is read,
/// and no more than that, so that memory stays constant. A caller that does not read the results is not read from either.
/// </summary>
internal sealed class TriggerStream(
    IDisposable entry,
    INotifier notifier,
    TriggerLineReader source,
    BodyLimits limits,
    bool onlyFailed,
    ILogger logger,
    CancellationToken stopping
) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var entered = entry;
        Prepare(httpContext);
        using var results = new TriggerStreamResults(httpContext, onlyFailed, limits.Timeout);
        var lines = LineReader.Open(httpContext, limits);
        try
        {
            if (await RunAsync(httpContext, lines, results).ConfigureAwait(false) is { } last)
                results.Write(last with { Ended = true });
            else
                results.WriteEnd();
            await results.SendAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The caller has disconnected, or sent something that is not HTTP. It knows the results that it has received.
            httpContext.Abort();
        }
    }

    private static void Prepare(HttpContext context)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = JsonLines.MediaType;
    }

    /// <summary>Processes the lines. Returns the result at which the stream ends if not all of them were processed.</summary>
    private async ValueTask<TriggerLineView?> RunAsync(HttpContext context, LineReader lines, TriggerStreamResults results)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        // Reading begins first, because it tells callers that wait for a 100 to send the body. Others wait for the status.
        var reading = ReadAsync(lines, Task.CompletedTask, ended.Token);
        try
        {
            await results.SendAsync().ConfigureAwait(false);
            while (await reading.ConfigureAwait(false) is { } batch)
            {
                using (batch)
                {
                    // Reads and parses the next lines on another thread.
                    var stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    reading = Task.Run(() => ReadAsync(lines, stored.Task, ended.Token), CancellationToken.None);
                    var outcomes = await notifier.TriggerManyAsync(batch.Triggers, ended.Token).ConfigureAwait(false);
                    stored.SetResult();
                    if (await WriteAsync(context, batch, outcomes, results).ConfigureAwait(false) is { } last)
                        return last;
                }
            }

            return lines.IsTimedOut ? TriggerLineView.Create(lines.Count + 1, Problem.StreamTooSlow(limits.Timeout)) : null;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return TriggerLineView.Create(results.LastLine + 1, Problem.Stopping());
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (reading.IsCompletedSuccessfully)
                (await reading.ConfigureAwait(false))?.Dispose();
        }
    }

    private async Task<TriggerLines?> ReadAsync(LineReader lines, Task wanted, CancellationToken ended) =>
        await lines.ReadAsync(wanted, ended).ConfigureAwait(false) is { } batch ? source.Read(batch) : null;

    /// <summary>Writes the results of a batch. Returns the result at which the stream must end; null if it continues.</summary>
    private async ValueTask<TriggerLineView?> WriteAsync(
        HttpContext context,
        TriggerLines batch,
        IReadOnlyList<TriggerOutcome> outcomes,
        TriggerStreamResults results
    )
    {
        var next = 0;
        foreach (var line in batch.Lines)
        {
            var outcome = line.Trigger is null ? default : outcomes[next++];
            var problem = line.Refusal ?? CreateProblem(outcome.Error, line, context.Request.Path);
            var result = problem is null
                ? TriggerLineView.Create(line.Number, outcome.Result!.Value)
                : TriggerLineView.Create(line.Number, problem);
            // A store that fails is not the fault of this line, and fails for the next lines as well.
            if (result.Status == StatusCodes.Status503ServiceUnavailable)
                return result;

            results.Write(result);
            if (results.IsFull)
                await results.SendAsync().ConfigureAwait(false);
        }

        await results.SendAsync().ConfigureAwait(false);
        return null;
    }

    private ProblemResult? CreateProblem(Exception? error, TriggerLine line, string path)
    {
        switch (error)
        {
            case null:
                return null;
            case InvalidRequestException invalid:
                line.Body!.Add(invalid.Errors);
                return Problem.InvalidFields(line.Body.Errors);
            case IdempotencyConflictException conflict:
                return Problem.IdempotencyKeyReused(conflict.ExistingId);
            case OperationCanceledException when stopping.IsCancellationRequested:
                return Problem.Stopping();
            default:
                return ProblemFilter.CreateProblem(logger, error, path);
        }
    }
}
