namespace Notify.Cli.Profiles;

/// <summary>The address of a service, and the key for it.</summary>
internal sealed class Connection
{
    public const string DefaultProfile = "default";

    private const string AddressVariable = "NOTIFY_ADDRESS";
    private const string KeyVariable = "NOTIFY_API_KEY";
    private const string ProfileVariable = "NOTIFY_PROFILE";

    private Connection(Uri address, string? key, string source) => (Address, Key, Source) = (address, key, source);

    public Uri Address { get; }

    /// <summary>Gets the key; null if there is none.</summary>
    public string? Key { get; }

    /// <summary>Gets where the address comes from, for people.</summary>
    public string Source { get; }

    /// <summary>Gets whether the key is sent over a network without encryption.</summary>
    public bool IsUnprotected => Address.Scheme == Uri.UriSchemeHttp && !Address.IsLoopback;

    /// <summary>
    /// Finds the service to call: the profile of the command line, else NOTIFY_ADDRESS, else the profile of NOTIFY_PROFILE or the
    /// default one. The key of a profile is never sent to another address.
    /// </summary>
    /// <exception cref="ToolException">No service is configured, or the profile does not exist.</exception>
    public static Connection Find(ToolEnvironment environment, string? profile)
    {
        if (profile is null && Read(environment, AddressVariable) is { } address)
            return new Connection(ParseAddress(address, AddressVariable), ReadKey(environment), AddressVariable);

        var name = profile ?? Read(environment, ProfileVariable) ?? DefaultProfile;
        var store = new ProfileStore(environment);
        var known = store.Read().Profiles;
        if (known.TryGetValue(name, out var found))
            return new Connection(
                ParseAddress(found.Address, $"profile '{name}' in {store.File}"),
                profile is null ? ReadKey(environment) ?? found.Key : found.Key,
                $"profile '{name}'"
            );
        throw ToolException.CreateUsage(
            known.Count == 0 && profile is null
                ? $"No service is configured. Run 'notify login', or set {AddressVariable} and {KeyVariable}."
                : $"The profile '{name}' does not exist. Run 'notify login --profile {name}'. "
                    + $"The known ones are: {(known.Count == 0 ? "none" : string.Join(", ", known.Keys))}."
        );
    }

    /// <summary>Creates a connection that is not stored yet.</summary>
    public static Connection Create(string address, string? key) => new(ParseAddress(address, "--address"), key, "--address");

    /// <summary>Reads the key from the environment.</summary>
    public static string? ReadKey(ToolEnvironment environment) => Read(environment, KeyVariable);

    /// <summary>Returns the address; never the key.</summary>
    public override string ToString() => Address.AbsoluteUri;

    private static string? Read(ToolEnvironment environment, string name) =>
        environment.FindVariable(name) is { Length: > 0 } value ? value : null;

    private static Uri ParseAddress(string text, string source) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri is { Query: "", Fragment: "", UserInfo: "" }
            ? uri
            : throw ToolException.CreateUsage(
                $"{source}: '{text}' is not the URL of a service. Use one such as https://notify.example.org."
            );
}
