using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Queueing;
using Notify.Recipients;
using Notify.Templates;
using Notify.Triggering;

namespace Notify.Planning;

/// <summary>Closes digests that are due: what was collected becomes one notification.</summary>
internal sealed class DigestWorker(
    IDigestStore digests,
    IUserStore users,
    TemplateRenderer renderer,
    NotificationFactory factory,
    NotificationEvents events,
    WorkerIdentity worker,
    WorkSignal signal,
    EngineSettings settings,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<DigestWorker> logger
) : DueWorker(settings, options, time)
{
    private const int LeasesAtATime = 50;

    /// <summary>What is collected for minutes or days need not be looked for several times a second.</summary>
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(1);

    protected override TimeSpan Interval => Options.PollInterval > LeastInterval ? Options.PollInterval : LeastInterval;

    protected override async ValueTask<bool> WorkAsync(CancellationToken stopping)
    {
        var now = Time.GetUtcNow();
        var leases = await digests
            .LeaseAsync(worker.Name, now, now + Options.LeaseDuration, LeasesAtATime, stopping)
            .ConfigureAwait(false);
        foreach (var lease in leases)
            await CloseAsync(lease, stopping).ConfigureAwait(false);
        return leases.Count > 0;
    }

    protected override void Failed(Exception exception) => Log.DigestFailed(logger, exception);

    private async ValueTask CloseAsync(DigestLease lease, CancellationToken stopping)
    {
        User? user = null;
        if (lease.Recipient.Kind == RecipientKind.User)
        {
            user = (
                await users.FindAsync(lease.Tenant, [lease.Recipient.Value], stopping).ConfigureAwait(false)
            ).FirstOrDefault();
            if (user is null)
            {
                await digests.CloseAsync(lease, null, Time.GetUtcNow(), stopping).ConfigureAwait(false);
                return;
            }
        }

        var last = lease.Events[^1].Trigger;
        var nextDueAt = CollectDigests.DueAt(last.Digest!, Time.GetUtcNow(), user);
        var summary = await SumUpAsync(lease, last, stopping).ConfigureAwait(false);
        if (!await digests.CloseAsync(lease, summary, nextDueAt, stopping).ConfigureAwait(false))
            return;
        signal.Set();
        events.Publish(summary);
    }

    private async ValueTask<EnqueueRequest> SumUpAsync(DigestLease lease, Trigger last, CancellationToken stopping)
    {
        var trigger = last with
        {
            Digest = null,
            Throttle = null,
            Data = Merge(lease.Events),
            SendAt = null,
            SendAtLocal = null,
            ExpiresAt = null,
        };
        var errors = new List<FieldError>();
        var contents = await renderer.RenderAsync(trigger, errors, stopping).ConfigureAwait(false);
        InvalidRequestException.ThrowIfAny(errors);
        return (await factory.CreateAsync(trigger, contents, stopping).ConfigureAwait(false)).Request;
    }

    private static JsonElement Merge(IReadOnlyList<DigestEvent> events) =>
        JsonSerializer.SerializeToElement(
            new DigestData([.. events.Select(collected => collected.Trigger.DataElement)], events.Count),
            PlanningJson.Default.DigestData
        );
}

/// <summary>What a digest's template is rendered with.</summary>
internal sealed record DigestData(IReadOnlyList<JsonElement?> Events, int Count)
{
    /// <summary>The data of a trigger that will be collected, as if it stayed the only one.</summary>
    public static JsonElement Of(JsonElement data) =>
        JsonSerializer.SerializeToElement(new DigestData([data], 1), PlanningJson.Default.DigestData);
}
