using System.CommandLine;
using System.Text.Json;
using Notify.Cli.Commands;
using Notify.Cli.Output;
using Notify.Cli.Service;
using Notify.Client;
using Spectre.Console;

namespace Notify.Cli.Profiles;

/// <summary><c>notify login</c> and <c>notify logout</c>.</summary>
internal static class LoginCommands
{
    private static readonly Option<string?> Address = ToolOptions.Text(
        "--address",
        "The URL of the service, with its path prefix if it has one. Without it, a question on the terminal.",
        "url"
    );

    private static readonly Option<bool> KeyFromInput = ToolOptions.Flag(
        "--key-stdin",
        "Read the API key from the standard input. Without it: NOTIFY_API_KEY, or a question on the terminal."
    );

    private static readonly Option<bool> NoCheck = ToolOptions.Flag(
        "--no-check",
        "Store the profile without calling the service."
    );

    public static Command CreateLogin() =>
        new Command(
            "login",
            "Stores the address and the API key of a service in a profile, which only you can read. The key is never shown."
        )
        {
            Address,
            KeyFromInput,
            NoCheck,
        }.Run(LoginAsync);

    public static Command CreateLogout() => new Command("logout", "Removes a profile with its key.").Run(LogoutAsync);

    private static async Task<int> LoginAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var name = call.Profile ?? Connection.DefaultProfile;
        var address = call.Get(Address) ?? Ask(call, "Address of the service:", isSecret: false, "--address");
        var key = await ReadKeyAsync(call, cancellationToken).ConfigureAwait(false);
        var connection = Connection.Create(address, key);
        if (!call.Get(NoCheck))
            await CheckAsync(call, connection, cancellationToken).ConfigureAwait(false);

        var store = new ProfileStore(call.Environment);
        store.Save(name, new Profile { Address = connection.Address.AbsoluteUri, Key = key });
        if (connection.IsUnprotected)
            call.Report.WriteNote("Warning: the address has no TLS, so anyone on the network can read the key. Use https.");
        call.Report.Write(new LoginView(name, connection.Address.AbsoluteUri, store.File), ToolJson.Default.LoginView, () =>
            call.Report.WriteLine($"Signed in to {connection} with the profile '{name}', which is stored in {store.File}.")
        );
        return ExitCode.Done;
    }

    private static Task<int> LogoutAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var name = call.Profile ?? Connection.DefaultProfile;
        var store = new ProfileStore(call.Environment);
        var address = store.Read().Profiles.GetValueOrDefault(name)?.Address;
        if (!store.Remove(name))
            throw new ToolException(ExitCode.NotFound, $"The profile '{name}' does not exist.");

        call.Report.Write(new LoginView(name, address!, store.File), ToolJson.Default.LoginView, () =>
            call.Report.WriteLine($"The profile '{name}' was removed. Its key is still valid: see 'notify keys revoke'.")
        );
        return Task.FromResult(ExitCode.Done);
    }

    private static async Task<string?> ReadKeyAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var key = call.Get(KeyFromInput)
            ? await call.Environment.Input.ReadLineAsync(cancellationToken).ConfigureAwait(false)
            : Connection.ReadKey(call.Environment) ?? Ask(call, "API key (empty for none):", isSecret: true, "--key-stdin");
        return string.IsNullOrWhiteSpace(key) ? null : key.Trim();
    }

    private static string Ask(ToolCall call, string question, bool isSecret, string option)
    {
        if (!call.Environment.IsInputTerminal)
            throw ToolException.CreateUsage($"{option} is required where nobody can answer a question.");
        var prompt = new TextPrompt<string>(question) { IsSecret = isSecret, AllowEmpty = isSecret };
        return call.Report.QuestionConsole.Prompt(prompt).Trim();
    }

    // Every key may call this operation, or is told that it lacks the scope, which a key that is not valid is not.
    private static async Task CheckAsync(ToolCall call, Connection connection, CancellationToken cancellationToken)
    {
        using var http = new ServiceHttp(connection, Trigger.DefaultTenant, call.Time);
        using var response = await http.SendAsync(HttpMethod.Get, "v1/notifications?limit=1", null, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            await ServiceHttp.ReadAsync(response, ToolJson.Default.ListAnswer, cancellationToken).ConfigureAwait(false);
        }
        catch (NotifyServiceException exception) when (exception.Code == ProblemCodes.ScopeMissing) { }
        catch (NotifyServiceException exception) when (exception.Code is null)
        {
            throw new ToolException(
                ExitCode.ServiceFailed,
                $"{connection} is not a Notify service: it answered {exception.Status}. Check the address and its path."
            );
        }
    }
}

/// <summary>A profile as --json shows it.</summary>
internal sealed record LoginView(string Profile, string Address, string File);

/// <summary>A list, of which only the form matters.</summary>
internal sealed record ListAnswer
{
    public required IReadOnlyList<JsonElement> Items { get; init; }
}
