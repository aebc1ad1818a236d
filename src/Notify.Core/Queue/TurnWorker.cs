using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Core.Queue;

/// <summary>
/// A worker that takes work of several tenants at a time and keeps it apart: each tenant's leases run one after the other, beside
/// those of other tenants. A lease that fails or takes long delays only its own tenant.
/// </summary>
internal abstract class TurnWorker<TLease>(EngineSettings settings, IOptions<NotificationsOptions> options, TimeProvider time)
    : DueWorker(settings, options, time)
{
    private const int MaxTenants = 16;
    private const int MaxDelayExponent = 8;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Task> _tenants = [];
    private string _lastTenant = "";

    /// <summary>How many leases a tenant gets in one turn.</summary>
    protected abstract int LeasesPerTurn { get; }

    protected abstract string WorkerName { get; }

    /// <summary>Leases what is due, in turn among tenants.</summary>
    protected abstract ValueTask<IReadOnlyList<TLease>> LeaseAsync(DueRequest request, CancellationToken stopping);

    protected abstract string GetTenant(TLease lease);

    /// <summary>Does the work of one lease.</summary>
    protected abstract ValueTask HandleAsync(TLease lease, CancellationToken cancellationToken);

    /// <summary>Gives a failed lease back, or ends it where <paramref name="retryDelay"/> is null.</summary>
    protected abstract ValueTask GiveBackAsync(
        TLease lease,
        Exception failure,
        TimeSpan? retryDelay,
        CancellationToken cancellationToken
    );

    protected abstract int GetFailures(TLease lease);

    protected override async ValueTask<bool> WorkAsync(CancellationToken stopping)
    {
        string[] busy;
        lock (_tenants)
            busy = [.. _tenants.Keys];
        if (busy.Length >= MaxTenants)
            return false;

        var now = Time.GetUtcNow();
        var until = now + Options.LeaseDuration;
        var request = new DueRequest(WorkerName, now, until)
        {
            MaxTenants = MaxTenants - busy.Length,
            MaxPerTenant = LeasesPerTurn,
            AfterTenant = _lastTenant,
            ExceptTenants = busy,
        };
        var leases = await LeaseAsync(request, stopping).ConfigureAwait(false);
        var turns = leases.GroupBy(GetTenant).ToArray();
        foreach (var turn in turns)
            Begin(turn.Key, [.. turn], until, stopping);

        // Who found fewer tenants than it looked for has found them all; those that are at work wake this worker when they are
        // done.
        return turns.Length == request.MaxTenants;
    }

    protected override async ValueTask FinishAsync()
    {
        Task[] left;
        lock (_tenants)
            left = [.. _tenants.Values];
        await Task.WhenAll(left).ConfigureAwait(false);
    }

    private void Begin(string tenant, TLease[] leases, DateTimeOffset until, CancellationToken stopping)
    {
        _lastTenant = tenant;
        lock (_tenants)
            _tenants.Add(tenant, Task.CompletedTask);

        // On a thread of its own, because rendering may keep a processor busy. A simulation has one thread.
        var work = Settings.ContinueInline
            ? RunAsync(tenant, leases, until, stopping)
            : Task.Run(() => RunAsync(tenant, leases, until, stopping), CancellationToken.None);
        lock (_tenants)
        {
            if (_tenants.ContainsKey(tenant))
                _tenants[tenant] = work;
        }
    }

    private async Task RunAsync(string tenant, TLease[] leases, DateTimeOffset until, CancellationToken stopping)
    {
        try
        {
            // What is left at the leases' end is another worker's by now.
            foreach (var lease in leases.TakeWhile(_ => !stopping.IsCancellationRequested && Time.GetUtcNow() < until))
                await HandleSafelyAsync(lease, stopping).ConfigureAwait(false);
        }
        finally
        {
            lock (_tenants)
                _tenants.Remove(tenant);
            Wake();
        }
    }

    private async ValueTask HandleSafelyAsync(TLease lease, CancellationToken stopping)
    {
        try
        {
            using var timeout = new CancellationTokenSource(Options.AttemptTimeout, Time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping, timeout.Token);
            await HandleAsync(lease, limit.Token).ConfigureAwait(false);
        }
        catch (Exception) when (stopping.IsCancellationRequested) { }
        catch (Exception failure)
        {
            await GiveBackSafelyAsync(lease, failure, stopping).ConfigureAwait(false);
        }
    }

    // Where even this fails, the lease ends by itself, and then the work falls due again.
    private async ValueTask GiveBackSafelyAsync(TLease lease, Exception failure, CancellationToken stopping)
    {
        try
        {
            await GiveBackAsync(lease, failure, DelayAfter(failure, GetFailures(lease)), stopping).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (!stopping.IsCancellationRequested)
                Failed(exception);
        }
    }

    /// <returns>Null when no further try is worth it: what is stored is at fault, or it has failed too often.</returns>
    private TimeSpan? DelayAfter(Exception failure, int failuresBefore) =>
        failure is InvalidRequestException || failuresBefore + 1 >= Settings.MaxFailures
            ? null
            : FirstDelay * Math.Pow(2, Math.Min(failuresBefore, MaxDelayExponent));
}
