namespace Notify.Providers.Apns;

/// <summary>A token that authenticates the provider to APNs.</summary>
/// <param name="authorization">The value of the authorization header.</param>
/// <param name="issuedAt">The time at which the token was issued, in whole seconds.</param>
internal sealed class ProviderToken(string authorization, DateTimeOffset issuedAt)
{
    public string Authorization => authorization;

    public DateTimeOffset IssuedAt => issuedAt;
}
