using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Notify.Client;
using Polly;

namespace Notify.Cli.Output;

/// <summary>Writes errors for people or, with --json, for programs, and chooses the exit code.</summary>
internal sealed class ErrorWriter(ToolEnvironment environment, bool isJson)
{
    private const string LoginHint = "Run 'notify login', or set NOTIFY_API_KEY.";

    /// <summary>Writes what is wrong with the command line.</summary>
    public int WriteParseErrors(ParseResult parsed)
    {
        var command = GetPath(parsed.CommandResult);
        Write(ExitCode.Usage, "usage", [.. parsed.Errors.Select(error => error.Message)], [], $"See '{command} --help'.");
        return ExitCode.Usage;
    }

    /// <summary>Writes why a command failed, without a stack trace.</summary>
    public int Write(Exception exception) =>
        exception switch
        {
            ToolException error => Write(error.ExitCode, GetCode(error.ExitCode), [error.Message], []),
            InvalidRequestException error => Write(
                ExitCode.Invalid,
                error.Code,
                [],
                [.. error.Errors.Select(field => new FieldErrorView(field.Field, field.Code, field.Message))]
            ),
            IdempotencyConflictException error => Write(ExitCode.Invalid, error.Code, [error.Message], []),
            NotifyServiceException error => Write(
                GetExitCode(error.Status),
                error.Code ?? "service_error",
                [error.Message],
                [],
                error.Status is 401 ? LoginHint : null
            ),
            OptionsValidationException error => Write(ExitCode.Usage, "usage", [.. error.Failures], []),
            OperationCanceledException { InnerException: not TimeoutException } => WriteInterruption(),
            HttpRequestException or ExecutionRejectedException or OperationCanceledException => Write(
                ExitCode.Unreachable,
                "unreachable",
                [$"The service cannot be reached: {exception.Message}"],
                [],
                "Check the address and the network, or run 'notify doctor'."
            ),
            IOException or UnauthorizedAccessException => Write(ExitCode.Usage, "file", [exception.Message], []),
            JsonException => Write(
                ExitCode.ServiceFailed,
                "unknown_answer",
                ["The answer is not that of a Notify service. Check the address, which may need a path such as /notify."],
                []
            ),
            _ => WriteUnexpected(exception),
        };

    private static int GetExitCode(int status) =>
        status switch
        {
            401 or 403 => ExitCode.NotPermitted,
            404 => ExitCode.NotFound,
            >= 500 or < 400 => ExitCode.ServiceFailed,
            _ => ExitCode.Invalid,
        };

    private static string GetCode(int exitCode) =>
        exitCode switch
        {
            ExitCode.NotFound => "not_found",
            ExitCode.NotPermitted => "not_permitted",
            ExitCode.Unreachable => "unreachable",
            ExitCode.ServiceFailed => "service_error",
            ExitCode.DoneWithFailures => "failed",
            _ => "usage",
        };

    private static string GetPath(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{GetPath(parent)} {result.Command.Name}" : "notify";

    private int WriteInterruption()
    {
        if (!isJson)
            environment.Error.WriteLine("Stopped.");
        return ExitCode.Interrupted;
    }

    private int WriteUnexpected(Exception exception)
    {
        var isDebug = !string.IsNullOrEmpty(environment.FindVariable("NOTIFY_DEBUG"));
        var details = isDebug ? exception.ToString() : $"{exception.GetType().Name}: {exception.Message}";
        return Write(
            ExitCode.Unexpected,
            "unexpected",
            [$"Unexpected error. {details}"],
            [],
            isDebug ? null : "Set NOTIFY_DEBUG=1 for details, and report this."
        );
    }

    private int Write(
        int exitCode,
        string code,
        IReadOnlyList<string> messages,
        IReadOnlyList<FieldErrorView> fields,
        string? hint = null
    )
    {
        var error = environment.Error;
        if (isJson)
        {
            var view = new ErrorView(new ErrorDetails(code, string.Join(' ', messages), fields, hint), exitCode);
            error.WriteLine(JsonText.Write(view, ToolJson.Default.ErrorView));
            return exitCode;
        }

        foreach (var message in messages)
            error.WriteLine($"Error: {message}");
        foreach (var field in fields)
            error.WriteLine($"Error: {field.Field}: {field.Message}");
        if (hint is not null)
            error.WriteLine(hint);
        return exitCode;
    }
}

/// <summary>An error as --json shows it.</summary>
internal sealed record ErrorView(ErrorDetails Error, int ExitCode);

/// <summary>The error, and the invalid fields.</summary>
internal sealed record ErrorDetails(string Code, string Message, IReadOnlyList<FieldErrorView> Fields, string? Hint);

/// <summary>An invalid field.</summary>
internal sealed record FieldErrorView(string Field, string Code, string Message);
