namespace Notify;

/// <summary>
/// Shows how the providers of the application do, and pauses and resumes them. The HTTP API and the dashboard are built on this
/// interface. A provider serves all tenants, so this is for operators.
/// </summary>
/// <remarks>
/// A paused provider takes no further deliveries, in any process and over restarts. They move to another provider of the channel
/// that can send them, as they do while a circuit is open, or wait in the queue. Attempts in flight end normally. A delivery whose
/// time expires while it waits becomes a dead letter.
/// </remarks>
public interface IProviders
{
    /// <summary>Lists the providers, ordered by name.</summary>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The providers that this application has.</returns>
    Task<IReadOnlyList<ProviderState>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Finds a provider.</summary>
    /// <param name="name">The name of the provider.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The provider; null if the application has none with this name.</returns>
    Task<ProviderState?> FindAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Pauses a provider until it is resumed. Other processes follow within seconds.</summary>
    /// <param name="name">The name of the provider.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The provider; null if the application has none with this name. A provider that is paused already keeps its time.
    /// </returns>
    Task<ProviderState?> PauseAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Resumes a provider. Other processes follow within seconds.</summary>
    /// <param name="name">The name of the provider.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// The provider; null if the application has none with this name. A provider that is not paused stays as it is.
    /// </returns>
    Task<ProviderState?> ResumeAsync(string name, CancellationToken cancellationToken = default);
}
