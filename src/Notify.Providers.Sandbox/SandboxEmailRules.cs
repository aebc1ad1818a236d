using System.Text.Json;

namespace Notify.Providers.Sandbox;

/// <summary>The rules of the email sandbox, which shows every sender, and every URL of a file without fetching it.</summary>
internal sealed class SandboxEmailRules(string provider) : IProviderRules
{
    public string Provider => provider;

    public string? FindAddressError(Address address) => null;

    public IEnumerable<FieldError> FindOverrideErrors(IReadOnlyDictionary<string, JsonElement> overrides) => [];

    public string? FindSenderError(string sender) => null;

    public string? FindAttachmentUrlError(string url) => null;
}
