using Microsoft.Extensions.Options;

namespace Notify.Client;

/// <summary>Finds invalid options at start.</summary>
internal sealed class NotifyClientOptionsValidator : IValidateOptions<NotifyClientOptions>
{
    public ValidateOptionsResult Validate(string? name, NotifyClientOptions options)
    {
        List<string> errors = [];
        if (options.Address is not { IsAbsoluteUri: true } address || !IsHttp(address))
            errors.Add("Set NotifyClientOptions.Address to the URL of the service, such as https://notify.example.org.");
        else if (address.Query.Length > 0 || address.Fragment.Length > 0 || address.UserInfo.Length > 0)
            errors.Add("NotifyClientOptions.Address must have neither a query nor a fragment nor credentials. Use ApiKey.");
        if (options.ApiKey is { } key && (key.Length == 0 || key.Any(character => character is <= ' ' or > '~')))
            errors.Add("NotifyClientOptions.ApiKey must consist of visible ASCII characters without spaces.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static bool IsHttp(Uri address) => address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps;
}
