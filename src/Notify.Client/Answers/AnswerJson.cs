using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify.Client.Answers;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AcceptedAnswer))]
[JsonSerializable(typeof(CancellationAnswer))]
[JsonSerializable(typeof(ProblemAnswer))]
internal sealed partial class AnswerJson : JsonSerializerContext;
