namespace Notify.Providers;

/// <summary>
/// A provider that can check, without sending anything, whether its vendor is reachable and accepts its credentials. It is
/// optional: without it, diagnostics show only the circuit of the provider.
/// </summary>
public interface ICheckedProvider : IDeliveryProvider
{
    /// <summary>Checks the connection and the credentials.</summary>
    /// <param name="cancellationToken">A token that is cancelled after 10 seconds.</param>
    /// <returns>The result. An exception counts as a failure.</returns>
    ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken);
}
