using System.Globalization;
using Notify.Cli.Commands;
using Notify.Cli.Output;
using Notify.Cli.Service;
using Notify.Client;

namespace Notify.Cli.Imports;

/// <summary>
/// Sends the parts of a file, waits for the job of each, and collects the lines that were refused. After each step, the state is
/// saved. Sending a part again leads to the same result, so a step that was interrupted is repeated.
/// </summary>
internal sealed class ImportRun(
    ToolCall call,
    ServiceSession session,
    ImportFile file,
    ImportState state,
    ImportStateFile stateFile,
    ErrorReport report
)
{
    /// <summary>The number of parts that the service has and has not saved.</summary>
    private const int MaxOpenParts = 4;

    private const int MaxUploads = 3;
    private const int MaxFailedPolls = 60;

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    public async Task RunAsync(ProgressBar bar, CancellationToken cancellationToken)
    {
        ShowProgress(bar, 0);
        var open = new Queue<int>();
        for (var index = 0; index < file.Parts.Count; index++)
        {
            if (state.Parts[index].IsDone)
                continue;
            if (state.Parts[index].Job is null)
                await SendAsync(index, cancellationToken).ConfigureAwait(false);
            open.Enqueue(index);
            if (open.Count == MaxOpenParts)
                await FinishAsync(open.Dequeue(), bar, cancellationToken).ConfigureAwait(false);
        }

        while (open.TryDequeue(out var index))
            await FinishAsync(index, bar, cancellationToken).ConfigureAwait(false);
    }

    private async Task SendAsync(int index, CancellationToken cancellationToken)
    {
        var part = file.Parts[index];
        try
        {
            var started = await session
                .Http.PostRepeatedlyAsync(
                    $"v1/jobs/import-{state.Kind}",
                    () => new PartContent(file, part),
                    ImportJson.Default.StartedJob,
                    cancellationToken
                )
                .ConfigureAwait(false);
            state.Parts[index].Job = started.Id;
        }
        catch (InvalidRequestException exception)
        {
            // The service names a line of what it got.
            throw new InvalidRequestException([
                .. exception.Errors.Select(error => error with { Message = $"{error.Message} {DescribePlace(part)}" }),
            ]);
        }

        stateFile.Save(state);
    }

    private string DescribePlace(FilePart part) =>
        string.Create(CultureInfo.InvariantCulture, $"({file.Path}, the part from line {part.FirstLine})");

    private async Task FinishAsync(int index, ProgressBar bar, CancellationToken cancellationToken)
    {
        var part = state.Parts[index];
        for (var uploads = 1; ; uploads++)
        {
            var job = await WaitAsync(part.Job!.Value, bar, cancellationToken).ConfigureAwait(false);
            if (job is { State: JobState.Completed })
            {
                if (job.Failed > 0)
                    state.ReportBytes = await report
                        .AddAsync(
                            session.Jobs.ListErrorsAsync(call.Tenant, job.Id, cancellationToken),
                            line => file.GetLine(file.Parts[index], line),
                            cancellationToken
                        )
                        .ConfigureAwait(false);
                (part.IsDone, part.Records, part.Failed) = (true, job.Done, job.Failed);
                stateFile.Save(state);
                return;
            }

            if (job is { State: JobState.Cancelled } || uploads == MaxUploads)
                throw new ToolException(
                    ExitCode.ServiceFailed,
                    $"The job {part.Job} ended as {job?.State.ToString() ?? "unknown"}: {job?.Reason ?? "it was cancelled"}. "
                        + "Run the same command again to continue."
                );
            await SendAsync(index, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until a job has ended. The service may restart meanwhile.</summary>
    /// <returns>The job; null if the service no longer knows it.</returns>
    private async Task<Job?> WaitAsync(Guid id, ProgressBar bar, CancellationToken cancellationToken)
    {
        var (failures, interval) = (0, ShortestInterval);
        while (true)
        {
            var pause = interval;
            interval = interval * 2 < LongestInterval ? interval * 2 : LongestInterval;
            try
            {
                var job = await session.Jobs.FindAsync(call.Tenant, id, cancellationToken).ConfigureAwait(false);
                ShowProgress(bar, job?.Done ?? 0);
                if (job is not { State: JobState.Receiving or JobState.Waiting or JobState.Running })
                    return job;
                failures = 0;
            }
            catch (Exception exception) when (IsTemporary(exception, cancellationToken) && ++failures < MaxFailedPolls)
            {
                pause = PauseAfterFailure;
            }

            await Task.Delay(pause, call.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsTemporary(Exception exception, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
        && exception is HttpRequestException or Polly.ExecutionRejectedException or NotifyServiceException { Status: >= 500 };

    private void ShowProgress(ProgressBar bar, long running)
    {
        var done = state.Parts.Sum(part => part.Records) + running;
        var failed = state.Parts.Sum(part => part.Failed);
        bar.Set(done, file.Records, failed > 0 ? string.Create(CultureInfo.InvariantCulture, $"{failed:N0} refused") : "");
    }
}
