using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Notify.Hosting.Secrets;

/// <summary>
/// Loads the key ring at start, and creates its first key. A process that cannot read the key ring does not start.
/// </summary>
internal sealed class KeyRingStart(ISecretProtector protector, KeyRingRepository repository, ILogger<KeyRingStart> logger)
    : IHostedService
{
    private const string Purpose = "start";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        protector.Unprotect(protector.Protect(Purpose, Purpose), Purpose);
        if (!repository.HasRootKey)
            Log.KeyRingNotEncrypted(logger);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
