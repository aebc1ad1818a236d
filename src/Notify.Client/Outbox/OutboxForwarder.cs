using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Notify.Client.Outbox;

/// <summary>
/// Forwards stored triggers to the service. A row is deleted only after the service has answered that it accepted its trigger. If
/// that answer is lost, or this process is killed before it deletes the row, the same bytes are sent again, and the idempotency
/// key in them leads to the same notification.
/// </summary>
internal sealed class OutboxForwarder(
    OutboxDatabase database,
    OutboxTable table,
    OutboxCalls calls,
    OutboxWakeUp wakeUp,
    IOptions<ClientOutboxOptions> options,
    TimeProvider time,
    ILogger<OutboxForwarder> logger
) : BackgroundService
{
    /// <summary>
    /// The number of requests in a row that may fail before the service counts as unavailable. One that fails because of its rows
    /// must not delay the others.
    /// </summary>
    private const int MaxFailedRequests = 3;

    private readonly ClientOutboxOptions _options = options.Value;
    private int _failures;

    // A missing table fails the start of the application, and not its first trigger.
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await database.PrepareAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (_options.Forward)
        {
            try
            {
                await RunAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.TableFailed(logger, exception);
                _failures++;
            }

            if (_failures > 0)
                await Task.Delay(GetDelay(_failures), time, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>Forwards rows that are due, or waits until some may be.</summary>
    private async ValueTask RunAsync(CancellationToken stopping)
    {
        var due = await table.FindDueAsync(stopping).ConfigureAwait(false);
        var wait = (due ?? DateTimeOffset.MaxValue) - time.GetUtcNow();
        if (wait > TimeSpan.Zero)
        {
            await wakeUp.WaitAsync(wait, stopping).ConfigureAwait(false);
            return;
        }

        var lease = await table.LeaseAsync(stopping).ConfigureAwait(false);
        if (lease.Rows.Count > 0)
            await ForwardAsync(lease, stopping).ConfigureAwait(false);
        else
            await wakeUp.WaitAsync(TimeSpan.MaxValue, stopping).ConfigureAwait(false);
    }

    private async ValueTask ForwardAsync(OutboxLease lease, CancellationToken stopping)
    {
        // Ends before the lease does, so that no other process sends the same rows meanwhile.
        using var deadline = new CancellationTokenSource(_options.LeaseDuration * 0.75, time);
        var unsent = new OutboxSettlement { IsUnsent = true };
        var (failed, succeeded) = (0, 0);
        foreach (var rows in OutboxRequests.Divide(await SetAsideAsync(lease).ConfigureAwait(false)))
        {
            if (failed == MaxFailedRequests || deadline.IsCancellationRequested || stopping.IsCancellationRequested)
            {
                unsent.Released.AddRange(rows);
                continue;
            }

            var settlement = await calls.SendAsync(rows, deadline.Token).ConfigureAwait(false);
            (failed, succeeded) = settlement.HasFailed ? (failed + 1, succeeded) : (0, succeeded + 1);
            if (settlement is { HasFailed: true, MayHaveArrived: false })
                failed = IsAboutTenant(settlement.Error) ? failed - 1 : MaxFailedRequests;
            await SettleAsync(lease, settlement).ConfigureAwait(false);
        }

        if (unsent.Released.Count > 0)
            await SettleAsync(lease, unsent).ConfigureAwait(false);
        SetFailures(succeeded > 0 ? 0 : _failures + 1);
    }

    /// <summary>
    /// Sets aside the rows whose idempotency keys the service may have forgotten since they may have been accepted. To send them
    /// again could notify twice.
    /// </summary>
    private async ValueTask<IReadOnlyList<OutboxRow>> SetAsideAsync(OutboxLease lease)
    {
        var limit = lease.LeasedAt - _options.ResendLimit;
        if (lease.Rows.All(row => row.UncertainSince > limit))
            return lease.Rows;

        var overdue = new OutboxSettlement();
        foreach (var row in lease.Rows.Where(row => row.UncertainSince <= limit))
        {
            Log.OutcomeUnknown(logger, row.Id, row.UncertainSince);
            overdue.Refused.Add(
                new OutboxRefusal(
                    row,
                    RefusedTrigger.OutcomeUnknown,
                    $"The service may have accepted it at {row.UncertainSince:O}, and may have forgotten its idempotency key."
                )
            );
        }

        await SettleAsync(lease, overdue).ConfigureAwait(false);
        return [.. lease.Rows.Where(row => row.UncertainSince > limit)];
    }

    // Not cancelled when the application stops: the outcomes are known, and the next process would have to send the rows again.
    private async ValueTask SettleAsync(OutboxLease lease, OutboxSettlement settlement)
    {
        await table.SettleAsync(lease, settlement, GetDelay, CancellationToken.None).ConfigureAwait(false);
        OutboxTelemetry.Record(settlement, time.GetUtcNow());
        foreach (var refusal in settlement.Refused.Where(refusal => refusal.Code != RefusedTrigger.OutcomeUnknown))
            Log.Refused(logger, refusal.Row.Id, refusal.Code);
        if (settlement.Error is { } error)
            Log.Failed(logger, settlement.Released.Count, error.Message);
    }

    private void SetFailures(int failures)
    {
        if (failures == 0 && _failures > 0)
            Log.Recovered(logger);
        _failures = failures;
    }

    /// <summary>Determines whether the service refused the tenant of the rows, but may accept others.</summary>
    private static bool IsAboutTenant(Exception? error) => error is NotifyServiceException { Status: 403 or 404 };

    private TimeSpan GetDelay(int attempts)
    {
        var factor = Math.Pow(2, Math.Clamp(attempts - 1, 0, 30)) * (0.8 + 0.4 * Random.Shared.NextDouble());
        var delay = _options.RetryDelay * factor;
        return delay < _options.MaxRetryDelay ? delay : _options.MaxRetryDelay;
    }
}
