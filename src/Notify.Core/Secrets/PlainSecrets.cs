namespace Notify.Core.Secrets;

/// <summary>Stores secrets as they are, for applications that add no protection.</summary>
internal sealed class PlainSecrets : ISecretProtector
{
    public string Protect(string secret, string purpose) => secret;

    public UnprotectedSecret Unprotect(string stored, string purpose) => new(stored, isCurrent: true);
}
