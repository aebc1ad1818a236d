using System.Globalization;
using Notify.Core.Providers;
using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Diagnostics;

/// <summary>Runs the checks of providers and engines, and keeps the results for a moment.</summary>
internal sealed class DiagnosticChecks(
    ProviderCatalog catalog,
    ProviderHealth health,
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

            var checks = catalog
                .All.OrderBy(provider => provider.Name, StringComparer.Ordinal)
                .Select(provider => CheckProviderAsync(provider, cancellationToken))
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

    private async Task<Diagnosis> CheckProviderAsync(IDeliveryProvider provider, CancellationToken cancellationToken) =>
        new()
        {
            Kind = DiagnosisKind.Provider,
            Name = provider.Name,
            Channel = provider.Channel,
            Result = provider is ICheckedProvider checkedProvider
                ? AddCircuit(provider.Name, await RunAsync(checkedProvider.CheckAsync, cancellationToken).ConfigureAwait(false))
                : AddCircuit(provider.Name, CheckResult.Ok("It has no check that sends nothing; its circuit is closed.")),
        };

    // What the check found explains an open circuit. If it found nothing, the vendor fails only when it sends.
    private CheckResult AddCircuit(string provider, CheckResult result)
    {
        var circuit = health.Circuits.FirstOrDefault(circuit => circuit.Provider == provider);
        return result.Status != CheckStatus.Failed && circuit is { OpenFor: { } left } && left > TimeSpan.Zero
            ? CheckResult.Failed(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Its circuit is open for {Math.Ceiling(left.TotalSeconds)} s, because most attempts failed. {result.Detail}"
                ),
                "Find the reason in the attempts of a recent notification, or in the dashboard."
            )
            : result;
    }

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
        await queue.GetDepthAsync(cancellationToken).ConfigureAwait(false);
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
