using System.Text.Json.Serialization;
using Notify.Cli.Completions;
using Notify.Cli.DeadLetters;
using Notify.Cli.Doctor;
using Notify.Cli.Imports;
using Notify.Cli.Keys;
using Notify.Cli.Load;
using Notify.Cli.Profiles;
using Notify.Cli.Sending;
using Notify.Cli.Templates;
using Notify.Cli.Watching;

namespace Notify.Cli.Output;

/// <summary>The JSON of results and errors, which programs read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(AcceptedView))]
[JsonSerializable(typeof(BroadcastView))]
[JsonSerializable(typeof(CompletionsView))]
[JsonSerializable(typeof(DeadLettersView))]
[JsonSerializable(typeof(DiagnosticsAnswer))]
[JsonSerializable(typeof(DoctorView))]
[JsonSerializable(typeof(ErrorView))]
[JsonSerializable(typeof(ImportView))]
[JsonSerializable(typeof(IssuedKeyView))]
[JsonSerializable(typeof(KeysView))]
[JsonSerializable(typeof(ListAnswer))]
[JsonSerializable(typeof(LoadView))]
[JsonSerializable(typeof(LoginView))]
[JsonSerializable(typeof(ReplayView))]
[JsonSerializable(typeof(RevokedKeyView))]
[JsonSerializable(typeof(StatusView))]
[JsonSerializable(typeof(TemplatesView))]
internal sealed partial class ToolJson : JsonSerializerContext;
