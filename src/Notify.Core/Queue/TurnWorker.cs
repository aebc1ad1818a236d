using Microsoft.Extensions.Options;
using Notify.Storage;

namespace Notify.Core.Queue;

/// <summary>
/// A worker that handles the work of several tenants at once and keeps them apart: the leases of one tenant run one after
/// another, in parallel with those of other tenants. A lease that fails or takes long delays only its own tenant.
/// </summary>
internal abstract class TurnWorker<TLease>(
    IntervalTimer timer,
    EngineSettings settings,
    IOptions<NotificationsOptions> options,
    TimeProvider time
) : DueWorker(timer, settings, options, time)
{
    private const int MaxTenants = 16;
    private const int MaxDelayExponent = 8;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The tenants whose work is running, with their tasks. The dictionary is also the lock that protects it. A tenant in here is
    /// left out of the next lease request, so no two tasks work for the same tenant.
    /// </summary>
    private readonly Dictionary<string, Task> _tenants = [];

    /// <summary>The tenant that was served last; the next lease request begins with the one after it.</summary>
    private string _lastTenant = "";

    /// <summary>Gets the number of leases that a tenant gets in one turn.</summary>
    protected abstract int LeasesPerTurn { get; }

    /// <summary>Gets the name that the leases are owned by.</summary>
    protected abstract string WorkerName { get; }

    /// <summary>Leases due work, in turn among tenants.</summary>
    protected abstract ValueTask<IReadOnlyList<TLease>> LeaseAsync(DueRequest request, CancellationToken stopping);

    /// <summary>Gets the tenant that a lease belongs to.</summary>
    protected abstract string GetTenant(TLease lease);

    /// <summary>Does the work of one lease.</summary>
    protected abstract ValueTask HandleAsync(TLease lease, CancellationToken cancellationToken);

    /// <summary>
    /// Gives a failed lease back for a retry, or ends it as a dead letter if <paramref name="retryDelay"/> is null.
    /// </summary>
    protected abstract ValueTask GiveBackAsync(
        TLease lease,
        Exception failure,
        TimeSpan? retryDelay,
        CancellationToken cancellationToken
    );

    /// <summary>Gets how often in a row the work of a lease has failed before.</summary>
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
            StartTurn(turn.Key, [.. turn], until, stopping);

        // Fewer tenants than requested means that no other tenant has due work. The busy tenants may have more, but they wake
        // this worker when their turn ends.
        return turns.Length == request.MaxTenants;
    }

    protected override async ValueTask FinishAsync()
    {
        Task[] running;
        lock (_tenants)
            running = [.. _tenants.Values];
        await Task.WhenAll(running).ConfigureAwait(false);
    }

    private void StartTurn(string tenant, TLease[] leases, DateTimeOffset until, CancellationToken stopping)
    {
        _lastTenant = tenant;
        lock (_tenants)
            _tenants.Add(tenant, Task.CompletedTask);

        // Rendering can occupy a processor for a while, so each turn starts on the thread pool. A simulation has a single thread.
        var work = Settings.ContinueInline
            ? RunTurnAsync(tenant, leases, until, stopping)
            : Task.Run(() => RunTurnAsync(tenant, leases, until, stopping), CancellationToken.None);

        // The placeholder above is replaced by the task, unless the task has already ended and removed it: adding it again would
        // block the tenant forever.
        lock (_tenants)
        {
            if (_tenants.ContainsKey(tenant))
                _tenants[tenant] = work;
        }
    }

    private async Task RunTurnAsync(string tenant, TLease[] leases, DateTimeOffset until, CancellationToken stopping)
    {
        try
        {
            // When the leases end, another worker may take what is left.
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

    // If this fails too, the work falls due again when its lease ends.
    private async ValueTask GiveBackSafelyAsync(TLease lease, Exception failure, CancellationToken stopping)
    {
        try
        {
            await GiveBackAsync(lease, failure, GetRetryDelay(failure, GetFailures(lease)), stopping).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (!stopping.IsCancellationRequested)
                LogFailure(exception);
        }
    }

    /// <summary>
    /// Computes when to retry; null if a retry is pointless, because the stored work itself is invalid or has failed too often.
    /// </summary>
    private TimeSpan? GetRetryDelay(Exception failure, int failuresBefore) =>
        failure is InvalidRequestException || failuresBefore + 1 >= Settings.MaxFailures
            ? null
            : FirstDelay * Math.Pow(2, Math.Min(failuresBefore, MaxDelayExponent));
}
