using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Core.Queue;
using Notify.Storage;

namespace Notify.Core.ProviderStates;

/// <summary>
/// Shares the activity of the providers: each process that sends keeps a document with its own, and every process reads all of
/// them. A report that its process no longer renews counts for a minute, and the next process that starts removes it.
/// </summary>
internal sealed class ActivityReports(
    IDocumentStore documents,
    ProcessActivity activity,
    WorkerIdentity worker,
    TimeProvider time
)
{
    private const string Collection = "provider-activity";

    private const int MaxProcesses = 1_000;

    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(1);

    /// <summary>The time after which a report is written again although it has not changed.</summary>
    private static readonly TimeSpan RenewAfter = KeepFor / 3;

    private (ActivityReport[] Reports, DateTimeOffset At) _written = ([], default);

    /// <summary>Writes the activity of this process, if it has changed or the last report will soon no longer count.</summary>
    public async ValueTask WriteAsync(CancellationToken cancellationToken)
    {
        ActivityReport[] reports = [.. ReadOwn()];
        var now = time.GetUtcNow();
        if (
            reports.Length == 0
            || (now - _written.At < RenewAfter && reports.Select(GetFigures).SequenceEqual(_written.Reports.Select(GetFigures)))
        )
            return;

        ReadOnlyMemory<byte>? content = JsonSerializer.SerializeToUtf8Bytes(reports, ReportJson.Default.ActivityReportArray);
        await documents.UpdateAsync(GetKey(worker.Name), _ => content, cancellationToken).ConfigureAwait(false);
        _written = (reports, now);
    }

    /// <summary>Removes the reports of processes that ended.</summary>
    public async ValueTask RemoveEndedAsync(CancellationToken cancellationToken)
    {
        foreach (var report in await ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!IsCurrent(Parse(report.Content.Span)))
                await documents
                    .RemoveAsync(report.Key, stored => !IsCurrent(Parse(stored.Span)), cancellationToken)
                    .ConfigureAwait(false);
        }
    }

    /// <summary>Reads the activity of this process as it is now, and that of the others as they reported it last.</summary>
    /// <returns>The activities by the names of the providers.</returns>
    public async ValueTask<ILookup<string, ProviderActivity>> ReadAsync(CancellationToken cancellationToken)
    {
        var others = (await ListAsync(cancellationToken).ConfigureAwait(false))
            .Where(report => report.Key.Id != worker.Name)
            .Select(report => Parse(report.Content.Span))
            .Where(IsCurrent)
            .SelectMany(reports => reports);
        return ReadOwn()
            .Concat(others)
            .OrderBy(report => report.Activity.Process, StringComparer.Ordinal)
            .ToLookup(report => report.Provider, report => report.Activity, StringComparer.Ordinal);
    }

    private IEnumerable<ActivityReport> ReadOwn() =>
        activity.Read().SelectMany(provider => provider, (provider, one) => new ActivityReport(provider.Key, one));

    private ValueTask<IReadOnlyList<StoredDocument>> ListAsync(CancellationToken cancellationToken) =>
        documents.ListAsync(
            new DocumentQuery
            {
                Collection = Collection,
                Tenant = Trigger.DefaultTenant,
                Limit = MaxProcesses,
            },
            cancellationToken
        );

    private bool IsCurrent(ActivityReport[] reports) => reports.Any(report => time.GetUtcNow() - report.Activity.At < KeepFor);

    private static ActivityReport[] Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, ReportJson.Default.ActivityReportArray) ?? [];

    // The time of a report always differs, and the end of a break is computed from it.
    private static ActivityReport GetFigures(ActivityReport report) =>
        report with
        {
            Activity = report.Activity with
            {
                At = default,
                CircuitOpenUntil = report.Activity.CircuitOpenUntil is { } end
                    ? end.AddTicks(-(end.Ticks % TimeSpan.TicksPerSecond))
                    : null,
            },
        };

    private static DocumentKey GetKey(string id) => new(Collection, Trigger.DefaultTenant, id);
}

/// <summary>The activity of a provider in one process.</summary>
internal sealed record ActivityReport(string Provider, ProviderActivity Activity);

[JsonSerializable(typeof(ActivityReport[]))]
internal sealed partial class ReportJson : JsonSerializerContext;
