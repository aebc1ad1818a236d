namespace Notify.Providers;

/// <summary>
/// Receives the deliveries of test notifications (<see cref="ApiKeyKind.Test"/>) over every channel instead of the providers that
/// send. An application has at most one.
/// </summary>
public interface ITestDeliveryProvider : IDeliveryProvider
{
    /// <summary>
    /// The name that the provider must have. Stores keep it with each test delivery, and a delivery with it never goes to another
    /// provider, not even in a process without a test provider.
    /// </summary>
    const string ReservedName = "sandbox-test";
}
