using System.Globalization;
using Notify.Core.Providers;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Diagnostics;

/// <summary>Runs the checks of providers and engines, and keeps the results for a moment.</summary>
internal sealed class DiagnosticChecks(
    ProviderCatalog catalog,
    IProviders providers,
    IDeliveryQueue queue,
    IEnumerable<IStoreHealth> stores,
    IEnumerable<IEngineCheck> engines,
    TimeProvider time
) : IDiagnostics, IDisposable
{
    private const string Store = "store";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private IReadOnlyList<Diagnosis>? _last;
    private long _checkedAt;

    public async Task<IReadOnlyList<Diagnosis>> CheckAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_last is not null && time.GetElapsedTime(_checkedAt) < KeepFor)
                return _last;

            var states = await ReadStatesAsync(cancellationToken).ConfigureAwait(false);
            var checks = catalog
                .All.OrderBy(provider => provider.Name, StringComparer.Ordinal)
                .Select(provider => CheckProviderAsync(provider, states[provider.Name].FirstOrDefault(), cancellationToken))
                .Append(CheckEngineAsync(Store, CheckStoreAsync, cancellationToken))
                .Concat(
                    engines
                        .OrderBy(engine => engine.Name, StringComparer.Ordinal)
                        .Select(engine => CheckEngineAsync(engine.Name, engine.CheckAsync, cancellationToken))
                );
            _last = await Task.WhenAll(checks).ConfigureAwait(false);
            _checkedAt = time.GetTimestamp();
            return _last;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    // The states are in the store, whose own check reports that it fails.
    private async Task<ILookup<string, ProviderState>> ReadStatesAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            var states = await providers.ListAsync(timeout.Token).WaitAsync(timeout.Token).ConfigureAwait(false);
            return states.ToLookup(state => state.Name, StringComparer.Ordinal);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return Enumerable.Empty<ProviderState>().ToLookup(state => state.Name, StringComparer.Ordinal);
        }
    }

    private async Task<Diagnosis> CheckProviderAsync(
        IDeliveryProvider provider,
        ProviderState? state,
        CancellationToken cancellationToken
    )
    {
        var result = provider is ICheckedProvider withCheck
            ? await RunAsync(withCheck.CheckAsync, cancellationToken).ConfigureAwait(false)
            : CheckResult.Ok("It has no check that sends nothing; its circuit is closed.");
        return new Diagnosis
        {
            Kind = DiagnosisKind.Provider,
            Name = provider.Name,
            Channel = provider.Channel,
            Result = AddState(state, result),
        };
    }

    // What the check found explains an open circuit. If it found nothing, the vendor fails only when it sends.
    private static CheckResult AddState(ProviderState? state, CheckResult result) =>
        result.Status == CheckStatus.Failed ? result
        : state?.Processes.FirstOrDefault(process => process.CircuitOpenUntil is not null) is { } broken
            ? CheckResult.Failed(
                $"Its circuit is open in {broken.Process}, because most attempts failed.",
                "Find the reason in the attempts of a recent notification, or in the dashboard."
            )
        : state?.PausedAt is { } paused
            ? CheckResult.Warning(
                string.Create(CultureInfo.InvariantCulture, $"It was paused at {paused:u}, so nothing is sent through it."),
                "Resume it in the dashboard, or with POST /v1/providers/{name}/resume."
            )
        : result;

    private static async Task<Diagnosis> CheckEngineAsync(
        string name,
        Func<CancellationToken, ValueTask<CheckResult>> check,
        CancellationToken cancellationToken
    ) =>
        new()
        {
            Kind = DiagnosisKind.Engine,
            Name = name,
            Result = await RunAsync(check, cancellationToken).ConfigureAwait(false),
        };

    private async ValueTask<CheckResult> CheckStoreAsync(CancellationToken cancellationToken)
    {
        await queue.ListProvidersAsync(cancellationToken).ConfigureAwait(false);
        foreach (var store in stores)
            await store.CheckAsync(cancellationToken).ConfigureAwait(false);
        return CheckResult.Ok("It can be read and written.");
    }

    // A check that ignores its token must not hold up the others.
    private static async Task<CheckResult> RunAsync(
        Func<CancellationToken, ValueTask<CheckResult>> check,
        CancellationToken cancellationToken
    )
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            return await check(timeout.Token).AsTask().WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CheckResult.Failed(
                $"There was no answer within {Timeout.TotalSeconds:0} seconds.",
                "Check the host and the port in the settings, and firewalls in between."
            );
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return CheckResult.Failed(
                $"{exception.GetType().Name}: {exception.Message}",
                "Check the address and the credentials in the settings."
            );
        }
    }
}
